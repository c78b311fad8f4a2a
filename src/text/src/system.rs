//! What the system said when it refused: errno in words.
//!
//! Rust's own words are English whatever the locale. Those that a learner can
//! meet are here; another number keeps the English words.

use std::io;

use crate::Language;

/// The system's error in words, with its number as Rust writes it.
#[must_use]
pub fn system_error(language: Language, error: &io::Error) -> String {
    let words = match language {
        Language::English => None,
        Language::French => error
            .raw_os_error()
            .and_then(|number| Some((french(number)?, number))),
    };
    match words {
        Some((words, number)) => format!("{words} (erreur {number} du système)"),
        None => error.to_string(),
    }
}

/// By the numbers of errno(3) that Linux has on every machine we build for.
fn french(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "opération non permise",
        2 => "fichier ou dossier inexistant",
        3 => "processus inexistant",
        4 => "appel système interrompu",
        5 => "erreur d'entrée ou de sortie",
        6 => "périphérique ou adresse inexistants",
        7 => "liste d'arguments trop longue",
        8 => "format de programme inconnu",
        9 => "mauvais descripteur de fichier",
        11 => "ressource indisponible pour l'instant",
        12 => "mémoire insuffisante",
        13 => "accès refusé",
        16 => "ressource occupée",
        17 => "le fichier existe déjà",
        18 => "lien entre deux systèmes de fichiers",
        19 => "périphérique inexistant",
        20 => "ce n'est pas un dossier",
        21 => "c'est un dossier",
        22 => "argument non valable",
        23 => "trop de fichiers ouverts sur cette machine",
        24 => "trop de fichiers ouverts",
        26 => "fichier de programme en cours d'utilisation",
        27 => "fichier trop grand",
        28 => "plus de place sur le disque",
        29 => "déplacement impossible dans ce fichier",
        30 => "système de fichiers en lecture seule",
        31 => "trop de liens",
        32 => "tube rompu",
        36 => "nom de fichier trop long",
        38 => "fonction absente de ce noyau",
        39 => "le dossier n'est pas vide",
        40 => "trop de liens symboliques à la suite",
        87 => "trop d'utilisateurs",
        95 => "opération non prise en charge",
        97 => "famille d'adresses non prise en charge",
        98 => "adresse déjà utilisée",
        99 => "cette machine n'a pas cette adresse",
        100 => "réseau éteint",
        101 => "réseau injoignable",
        103 => "connexion abandonnée",
        104 => "connexion fermée par l'autre côté",
        110 => "délai dépassé",
        111 => "connexion refusée",
        113 => "machine injoignable",
        116 => "fichier disparu du serveur",
        122 => "quota de disque dépassé",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_kept_in_both_languages() {
        let denied = io::Error::from_raw_os_error(13);
        assert_eq!(
            system_error(Language::English, &denied),
            "Permission denied (os error 13)"
        );
        assert_eq!(
            system_error(Language::French, &denied),
            "accès refusé (erreur 13 du système)"
        );
    }

    #[test]
    fn what_has_no_number_or_no_french_keeps_its_words() {
        let other = io::Error::other("the layer is damaged");
        assert_eq!(
            system_error(Language::French, &other),
            "the layer is damaged"
        );
        let rare = io::Error::from_raw_os_error(65);
        assert_eq!(system_error(Language::French, &rare), rare.to_string());
    }
}
