# Sur les pages.
other-language = English
lab-titled = Lab : { $title }
lab-facts = { $minutes } minutes · { $points } points
what-is-checked = Ce qui est vérifié
goal = Objectif
points = Points

# Autour d'elles.
front-title = Plimsoll : apprendre les conteneurs en s'en servant

# Ce que dit `plimsoll book`.
served-here = Le livre : { $url }
served-afar = { "  " }depuis votre ordinateur : ssh -L { $port }:127.0.0.1:{ $port } { $target }, puis http://localhost:{ $port }/{ $page }
served-until = Ctrl-C pour arrêter.
written-to = Le livre, en français et en anglais : ouvrez { $file }
