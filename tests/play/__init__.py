"""Two Departments' sites played on localhost, under their real names.

``play()`` serves them from a thread; ``python -m tests.play`` from the command
line; :mod:`tests.play.content` holds what is true of every article.
"""

from tests.play.server import Fetch, Played, play
from tests.play.truth import PlayedArticle, PlayedAttachment, PlayedImage

__all__ = ["Fetch", "Played", "PlayedArticle", "PlayedAttachment", "PlayedImage", "play"]
