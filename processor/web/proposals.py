"""What the survey's rules say that a submission should say, beside its answers."""

from __future__ import annotations

from flask import Flask

from processor.store.explained import read_proposals
from processor.survey.checks.explained import Proposal
from processor.web.guard import my_scope
from processor.web.service import service


def install(app: Flask) -> None:
    """The function by which the panel of a submission's page asks for its own contents."""
    app.jinja_env.globals.update(proposals=proposals)


def proposals(form_id: str, submission_id: str) -> tuple[Proposal, ...]:
    """The explanations of a submission; empty where there are none or the caller may not see one."""
    return read_proposals(service().store, form_id, submission_id, my_scope()) or ()
