"""The pages that people see: server-rendered, without need of JavaScript, in five languages.

A page reads from the store and never writes on GET. What a person decides goes to the `Desk`, which the application
hands in; the web knows neither the engine nor the steps of a document's way.
"""

from mailroom.web.app import create_app
from mailroom.web.server import WebDoor
from mailroom.web.services import Desk, Rendered, WebServices

__all__ = ["Desk", "Rendered", "WebDoor", "WebServices", "create_app"]
