"""What the viewer's app keeps in the browser's storage, as a test waits for it."""

from __future__ import annotations

import json
from typing import Any


def until_remembered(page: Any, key: str, holds: str) -> None:
    """Wait until an expression of `it`, what the app keeps under `key`, holds.

    A page shows at once what was said and writes it down a moment later; one that is left in
    between remembers nothing of it.
    """
    page.evaluate(f"""() => new Promise((done) => {{
      const look = () => {{
        const opening = indexedDB.open("jhalak", 1);
        opening.onsuccess = () => {{
          const kept = opening.result.transaction("kept").objectStore("kept");
          const asked = kept.get({json.dumps(key)});
          asked.onsuccess = () => {{
            const it = asked.result;
            opening.result.close();
            if ({holds}) done();
            else setTimeout(look, 20);
          }};
        }};
      }};
      look();
    }})""")
