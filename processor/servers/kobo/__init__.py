"""KoboToolbox (API v2) as a form server. See docs/kobo.md."""
