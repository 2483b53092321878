/** Noto for every script: each file is fetched when the first of its letters is shown. */

import "virtual:fonts.css";
import "./names.css";
