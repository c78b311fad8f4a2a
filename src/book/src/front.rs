//! The page at the site's root: which language?

use plimsoll_text::Language;

use crate::words;

/// Leads a browser to its reader's language; without scripts, asks.
pub(crate) fn page() -> String {
    let english = words::front_title(Language::English);
    let french = words::front_title(Language::French);
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plimsoll</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.2rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 20vh auto; padding: 0 1rem; }}
</style>
<script>
location.replace((navigator.language || "en").toLowerCase().startsWith("fr") ? "fr/index.html" : "en/index.html");
</script>
</head>
<body>
<p><a href="en/index.html" hreflang="en">{english}</a></p>
<p lang="fr"><a href="fr/index.html" hreflang="fr">{french}</a></p>
</body>
</html>
"#
    )
}
