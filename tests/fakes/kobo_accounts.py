"""KoboToolbox: token, who am I, environment."""

from __future__ import annotations

from werkzeug.wrappers import Response

from tests.fakes.kobo_core import Call, reply
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("GET POST", "/token/", token)
    routes.add("GET", "/me/", me)
    routes.add("GET", "/api/v2/environment/", environment)


def token(call: Call) -> Response:
    """The API token of whoever logged in with Basic."""
    return reply({"token": call.who.token})


def me(call: Call) -> Response:
    """401 when anonymous: the probe of credentials."""
    user = call.who
    return reply(
        {
            "username": user.name,
            "first_name": "",
            "last_name": "",
            "email": f"{user.name}@x.org",
            "is_superuser": False,
            "server_time": call.api.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "date_joined": user.joined.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "projects_url": f"{call.api.openrosa}/{user.name}",
            "gravatar": "https://www.gravatar.com/avatar/00000000000000000000000000000000?s=40",
            "last_login": None,
            "extra_details": {"name": "", "organization": "", "require_auth": True},
        }
    )


def environment(call: Call) -> Response:
    """What needs no login."""
    return reply(
        {
            "asr_mt_features_enabled": False,
            "enable_password_entropy_meter": True,
            "frontend_min_retry_time": 2,
            "mfa_enabled": True,
            "open_rosa_server": call.api.openrosa,
            "submission_placeholder": "%SUBMISSION%",
        }
    )
