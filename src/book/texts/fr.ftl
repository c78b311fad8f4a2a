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

# Ce qui ne va pas dans le livre, ou empêche de le construire.
mistakes = { $count ->
    [one] le livre a une erreur
   *[other] le livre a { $count } erreurs
 }
no-page-found = le livre n'a pas de page `{ $page }`
sources-unread = impossible de lire `{ $path }`
sources-too-much = `{ $path }` contient plus de { $files } fichiers ou { $size } Mio : ce n'est pas le dossier du livre
sources-none = `{ $path }` n'a pas `en/book.toml` et `fr/book.toml` : ce n'est pas le dossier du livre
site-folder = il faut au livre un dossier où le construire : { $why }
site-unbuilt = mdBook ne peut pas construire le livre en `{ $code }` : { $message }
site-taken = `{ $path }` contient d'autres fichiers
site-unwritten = impossible d'écrire `{ $path }`
protocol-input = ce que mdBook a envoyé est illisible : { $why }
protocol-output = impossible d'écrire la réponse : { $why }

# Les erreurs d'une page, et comment les corriger.
did-you-mean = vouliez-vous dire `{ $word }` ?
file-missing = ce fichier manque
summary-missing-fix = il liste les chapitres : `- [Titre](page.md)`
summary-no-page-yet = `{ $title }` n'a pas encore de page
summary-no-page-yet-fix = écrivez la page, ou enlevez la ligne
no-page = il n'y a pas de page `{ $page }`
summary-no-page-fix = écrivez { $file }, ou enlevez la ligne
summary-twice = `{ $page }` est dans la liste deux fois
summary-twice-fix = enlevez une des lignes
summary-unlisted = cette page n'est dans aucune liste de chapitres
summary-unlisted-fix = ajoutez `{ $entry }` à { $file }
summary-order = `{ $page }` se trouve là où la liste anglaise a `{ $other }`
summary-order-fix = donnez le même ordre aux deux listes
page-no-text = cette page n'est pas du texte en UTF-8
page-no-text-fix = enregistrez-la en UTF-8
page-title = une page commence par son titre
page-title-fix = commencez par `# Titre`
page-stray = une directive est seule sur sa ligne
page-stray-fix = donnez-lui sa propre ligne ; ce qui lui ressemble seulement va dans du `code`
page-html = du HTML dans une page
page-html-fix = écrivez-le en Markdown, ou mettez dans du `code` ce qui doit être lu tel quel
heading-twice = deux titres ont l'identifiant `{ $anchor }`
heading-twice-fix = donnez un autre identifiant à l'un des deux
link-out = `{ $target }` mène hors du livre
link-out-fix = les liens partent de la page : `../course/page.md`
link-nowhere = `{ $target }` ne mène à rien
link-nowhere-fix = un lien mène à une page, `page.md`, ou à un fichier à côté d'elle
link-names-no-page = `{ $target }` ne nomme pas de page
link-names-no-page-fix = écrivez `book:PAGE` ou `book:PAGE#TITRE` : `book:course/keeping-data`
link-apart = `{ $target }` est séparé de ses mots
write-it = écrivez `{ $form }`
link-english-only = `{ $page }` n'existe qu'en anglais
link-english-only-fix = écrivez `book:{ $page }`, qui mène au livre anglais
write-file = écrivez { $file }
no-heading = `{ $page }` n'a pas de titre avec l'identifiant `{ $anchor }`
no-heading-fix = donnez-le au titre : `{ $form }`
image-network = l'image `{ $target }` aurait besoin du réseau
image-network-fix = mettez le fichier à côté de la page
image-none = il n'y a pas d'image `{ $target }`
image-none-fix = mettez-y le fichier, ou corrigez le chemin
page-developers = les pages pour développeurs n'existent qu'en anglais
page-developers-fix = enlevez-la, et mettez un lien vers `book:contributing/...`
page-untranslated = cette page n'a pas de traduction
heading-untranslated = le titre `{ $anchor }` n'a pas de traduction
heading-untranslated-fix = ajoutez `{ $form }` dans { $file }
lesson-link = `{ $target }` ne mène à rien depuis un terminal
lesson-link-fix = une leçon mène au livre : `book:PAGE#TITRE`
directive-no-lab = il n'y a pas de lab `{ $lab }`
directive-labs-are = les labs sont : { $labs }
directive-place = `{ $directive }` a sa place sur la page `{ $page }`
directive-one-lab = pour un seul lab, écrivez `{ $directive }`
directive-takes-nothing = `{ $directive }` ne prend rien
directive-none = il n'y a pas de directive `{ $name }`
directive-there-are = il y a `{ $one }` et `{ $other }` ; ce qui leur ressemble seulement va dans du `code`
