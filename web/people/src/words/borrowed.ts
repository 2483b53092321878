/** Texts of the viewer's app that are said here too, in its words. */
export const BORROWED = [
  "close", "retry", "loading", "offline", "trouble", "share", "copied", "like", "follow", "following", "video", "undo",
  "report", "reportTitle", "reported", "report_spam", "report_violence", "report_sexual", "report_hate", "report_false",
  "report_illegal", "report_child_safety", "report_copyright", "report_other", "export", "exportHint", "exporting", "exported",
  "eraseNo", "earlier", "label_ai", "label_sensitive", "showSensitive", "soundOn", "soundOff", "play", "pause", "goneItem",
  "change", "toStudio", "partOf", "nextPart", "account", "comments", "channels", "find", "of_sound", "of_duet", "of_stitch",
] as const;
