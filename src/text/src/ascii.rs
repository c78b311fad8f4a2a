//! Texts for terminals that show ASCII alone.
//!
//! Pure, and for the eye only: what is data (JSON, a file) stays as it is.

use std::borrow::Cow;

/// `text` in ASCII: letters lose their accents, signs become what a typist puts
/// for them, and what has no such form becomes `?`.
#[must_use]
pub fn in_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign.is_ascii() {
            true => plain.push(sign),
            false => plain.push_str(in_words(sign)),
        }
    }
    Cow::Owned(plain)
}

/// As [`in_ascii`], of one sign in one column of a screen.
#[must_use]
pub fn one_in_ascii(sign: char) -> char {
    match sign {
        '…' => '~',
        '→' | '⇒' | '▶' | '▸' => '>',
        '←' => '<',
        _ if sign.is_ascii() => sign,
        _ => in_words(sign).chars().next().unwrap_or('?'),
    }
}

fn in_words(sign: char) -> &'static str {
    match sign {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' | 'ÿ' => "y",
        'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => "A",
        'Ç' => "C",
        'È' | 'É' | 'Ê' | 'Ë' => "E",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'Ñ' => "N",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => "O",
        'Ù' | 'Ú' | 'Û' | 'Ü' => "U",
        'Ý' | 'Ÿ' => "Y",
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ß' => "ss",
        // Accents that follow their letter.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "",
        _ => of_sign(sign),
    }
}

fn of_sign(sign: char) -> &'static str {
    match sign {
        // Spaces at which no line ends, and narrow ones.
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '‘' | '’' | '‚' | '´' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‹' | '◂' | '◀' => "<",
        '›' | '▸' | '▶' => ">",
        '‐'..='―' | '−' | '·' | '•' | '✗' => "-",
        '…' => "...",
        '→' => "->",
        '←' => "<-",
        '⇒' => "=>",
        '↑' | '▴' => "^",
        '↓' | '▾' => "v",
        '↵' | '⏎' => "Enter",
        '⇥' => "Tab",
        '✓' | '✔' => "+",
        '×' => "x",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '±' => "+/-",
        'µ' | 'μ' => "u",
        '°' | '○' | '●' | '◐' => "o",
        '©' => "(c)",
        '½' => "1/2",
        '€' => "EUR",
        // Box drawing: Unicode 15, U+2500 to U+257F.
        '─' | '━' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' | '═' | '╴' | '╶' | '╸' | '╺' | '╼' | '╾' => {
            "-"
        }
        '│' | '┃' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' | '║' | '╵' | '╷' | '╹' | '╻' | '╽' | '╿' => {
            "|"
        }
        '╱' => "/",
        '╲' => "\\",
        '\u{2500}'..='\u{257f}' => "+",
        '\u{2580}'..='\u{259f}' => "#",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_can_still_be_read() {
        let said = "« Échap\u{a0}» : l'œuvre a été dépaquetée… où ça ?";
        let plain = in_ascii(said);
        assert_eq!(plain, "\" Echap \" : l'oeuvre a ete depaquetee... ou ca ?");
        assert!(matches!(in_ascii("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn whatever_it_is_it_is_ascii() {
        for sign in '\0'..='\u{10ffff}' {
            assert!(in_words(sign).is_ascii());
            assert!(one_in_ascii(sign).is_ascii());
        }
        let drawn: String = "┌─┬┐→…é".chars().map(one_in_ascii).collect();
        assert_eq!(drawn, "+-++>~e");
        assert_eq!(in_ascii("e\u{301}te\u{301} 文"), "ete ?");
    }
}
