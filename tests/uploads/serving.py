"""`python -m tests.uploads.serving`: the portal with the tests' own form, and a worker."""

import os
import threading

import waitress

import portal.app
from portal.app import create_app, open_worker
from portal.config import Settings
from portal.features import FEATURES
from portal.serving import listening
from tests.uploads.messages import messages, with_pages


def main() -> None:
    settings = Settings.from_environment(os.environ)
    vars(portal.app)["FEATURES"] = [*FEATURES, ("/", messages)]
    app = create_app(settings)
    app.jinja_env.loader = with_pages(app.jinja_env.loader)
    threading.Thread(target=open_worker(app, settings).run, daemon=True).start()
    with listening("127.0.0.1", int(os.environ["PORT"])) as taken:
        waitress.create_server(app, sockets=[taken], threads=8, ident=None).run()


if __name__ == "__main__":
    main()
