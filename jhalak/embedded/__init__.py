"""Adapters on local files: the default. Everything lies under one folder, DATA.

| under DATA | written by | what | data class |
|---|---|---|---|
| `log/DAY-SERIAL.sqlite` (`-wal`, `-shm`) | the process that serves | the event log, one file a UTC day | personal |
| `log/writer.lock` | the process that serves | held while it may append | none |
| `profiles.sqlite` (`-wal`, `-shm`) | the process that serves | derived state by viewer | personal |
| `blobs/` | all | checkpoints, exports, pictures (`blobs/.incoming`: puts under way) | as declared per blob |
| `learned/newest.snapshot` | the learner | learned arrays for serving, mapped by readers | aggregate |
| `learned/alive` | the learner | its last sign of life, as the file's time | none |
| `keys/ring.json`, `keys/edition.ed25519` | whoever starts first, or rotates | keys of tokens and signatures, mode 0600 | secret |
| `reserve` | the process that serves | 8 MiB of nothing, given up when the disk is full and something is recalled | none |
| `keys/keys.lock` | the same | held while keys are made | none |
"""  # noqa: E501
