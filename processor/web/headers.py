"""Headers of every answer: nothing from elsewhere, nothing inline, nothing kept in a cache."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STATIC_SECONDS = 365 * 24 * 3600
YEAR = f"max-age={STATIC_SECONDS}"


def install(app: Flask, *, secure: bool, phones: str) -> None:
    """Set the headers after each request; `secure` when people come by https."""

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if secure:
            response.headers["Strict-Transport-Security"] = YEAR
        if request.blueprint == phones:
            return response
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = _cache(response)
        return response


def _cache(response: Response) -> str:
    """Only files that name their version may be kept; a page with data never."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        return f"public, {YEAR}, immutable" if "v" in request.args else "public, no-cache"
    return "no-store"
