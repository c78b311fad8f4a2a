# Un fichier écrit par un auteur, et ses erreurs.
file-too-long = { $bytes } octets ; au plus { $most } sont lus
file-several = plusieurs documents YAML (`---`) ; il en faut un seul
file-missing = ce fichier manque
file-no-text = ce fichier n'est pas du texte en UTF-8
file-is-folder = c'est un dossier, et il faut un fichier
file-is-link = c'est un lien symbolique, et les liens ne sont pas suivis
file-not-plain = ce n'est pas un fichier ordinaire
mistake-help = aide : { $help }
mistake-at = { $path } : { $message }
did-you-mean = vouliez-vous dire `{ $word }` ?
valid-here = valables ici : { $words }
word-unknown = mot inconnu `{ $word }`
word-missing = `{ $word }` manque
word-twice = `{ $word }` est écrit deux fois ici
both-languages = chaque texte est écrit dans les deux langues : `{ $form }`
nested-too-deeply = trop de niveaux imbriqués
aliases-too-much = les alias se développent démesurément
aliases-help = écrivez les valeurs au lieu de répéter un alias (`*nom`)
one-key = il faut une seule clé ici, et il y en a plusieurs
one-key-help = `all: [...]` ou `any: [...]` joignent des vérifications
matcher-empty = une comparaison a besoin d'au moins un de { $words }
regex-wrong = l'expression régulière `{ $pattern }` est illisible : { $why }
too-large = { $number } est trop grand

# Une valeur de la mauvaise sorte.
kind-wrong = { $wanted }, trouvé : { $found }
wanted-list = il faut une liste
wanted-text = il faut un texte dans les deux langues
wanted-number = il faut un nombre entier, 0 ou plus
wanted-map = il faut des mots, chacun avec sa valeur
wanted-check = il faut une vérification
wanted-word = il faut un seul mot
wanted-number-or = il faut un nombre, ou un choix parmi { $words }
wanted-text-or = il faut un texte, ou un choix parmi { $words }
wanted-other = il faut ceci : { $what }
found-nothing = rien
found-list = une liste
found-map = des mots avec leurs valeurs
write-as = écrivez `{ $form }`
belongs-below = ce qui en fait partie est écrit dessous, plus à droite

# Ce qui n'est pas du YAML du tout.
yaml-tab = une tabulation : YAML se décale avec des espaces, pas des tabulations
yaml-no-tab = mettez des espaces à la place
yaml-quote = mettez tout le texte entre guillemets
yaml-line = rien au-dessus ne permet à une ligne de commencer ici
yaml-behind = il y a quelque chose derrière une valeur terminée
yaml-key = il faut une clé ici, suivie de deux-points et d'une espace
yaml-bracket = le `{ $bracket }` ouvert ici n'est pas fermé, ou il manque une virgule avant la ligne { $line }, colonne { $column }
yaml-bracket-help = un texte qui contient des guillemets, des virgules ou des accolades est écrit entre guillemets
yaml-open-quote = le guillemet ouvert ici n'est pas fermé
yaml-open-quote-help = dans un texte, un guillemet est doublé (`''`) ou précédé d'une barre (`\"`)
yaml-no-value = il faut une valeur ici, ou un `[` ou `{ $brace }` n'est pas fermé plus haut
yaml-no-value-help = un texte qui contient des crochets ou des accolades est écrit entre guillemets
yaml-letter = aucun texte ne commence par `{ $letter }`
yaml-alias = `*` commence le nom d'un alias, et aucun n'a ce nom
yaml-colon = un texte qui contient deux-points et une espace est écrit entre guillemets
yaml-indented = `{ $key }` est décalé sous une ligne qui a déjà une valeur
yaml-left = cela commence plus à gauche
yaml-spaces = { $last } espaces devant conviennent ici
yaml-spaces-or = { $rest } ou { $last } espaces devant conviennent ici

# Un cours dans son ensemble.
course-unread = impossible de lire `{ $path }`
course-too-much = `{ $path }` contient plus de { $files } fichiers ou { $size } Mio : ce n'est pas le dossier d'un cours
course-none = `{ $path }` n'a pas de dossier `labs` : ce n'est pas le dossier d'un cours
course-title = il donne son titre au cours : `plimsoll course new` en écrit un
course-no-labs = il n'y a pas de lab ici
course-no-labs-help = `plimsoll course new DOSSIER LAB` en crée un pour commencer
grader-without-lab = il n'y a pas de lab `labs/{ $lab }/`
same-order = `order: { $order }` est aussi celui de `{ $lab }`
lab-name = le nom d'un lab est fait de minuscules, de chiffres et de `-`, 40 au plus
lab-not-its-file = `lab: { $found }` n'est pas le nom du fichier, `{ $name }`

# Les objectifs d'un lab.
no-such = { $what ->
    [goal] il n'y a pas d'objectif `{ $word }`
    [earlier-goal] il n'y a pas d'objectif avant celui-ci qui s'appelle `{ $word }`
    [subject] il n'y a pas de sujet `{ $word }`
    [question] il n'y a pas de question `{ $word }`
    [choice] il n'y a pas de choix `{ $word }`
    [finding] il n'y a pas de constat `{ $word }`
    [miss] il n'y a pas de méprise `{ $word }`
   *[other] il n'y a pas de `{ $word }`
 }
none-here = il n'y en a aucun ici
there-are = il y a : { $words }
goals-none = il faut un objectif à un correcteur
goal-twice = deux objectifs s'appellent `{ $goal }`
goal-no-point = l'objectif `{ $goal }` ne rapporte pas de point
goal-forgets = `{ $goal }` vaut une fois pour toutes (`once`), mais sa vérification oublie
goal-forgets-help = `once` est pour les réponses, le journal, `{ $image }` et `{ $container }`
miss-twice = deux méprises de `{ $goal }` s'appellent `{ $miss }`
url-wrong = `{ $url }` n'est pas `http://HÔTE[:PORT]/CHEMIN`
count-one = `count` compte une seule chose : container, image, volume ou network
pulled-name = `pulled` a besoin du nom de l'image, `name`
before-in-probe = `before` n'a de sens que dans un `probe`
goal-in-no-step = l'objectif `{ $goal }` n'est d'aucune étape
question-in-no-step = la question `{ $question }` n'est posée dans aucune étape
question-unjudged = aucun objectif ne juge la réponse à `{ $question }`

# Les leçons et les essais.
lesson-title = une leçon commence par `# TITRE`
lesson-headings = ses titres `{ $form }` sont [{ $found }], les étapes du lab [{ $steps }]
attempt-none = il n'y a pas d'essai juste
attempt-none-help = le premier script de `right/` est la solution de référence
goal-unproven = aucun essai faux n'échoue à l'objectif `{ $goal }`
hint-unproven = aucun essai faux ne montre l'indice `{ $miss }` de `{ $goal }`
attempt-name = un essai est un script, `NOM.sh`
attempt-no-meaning = `# { $word }:` n'a pas de sens dans un essai juste
attempt-answer = une réponse s'écrit `# answer: QUESTION=RÉPONSE`
attempt-header = en-tête inconnu `{ $word }`
attempt-fails = un essai faux commence par `# fails: OBJECTIF`, l'objectif qui doit échouer

# Ce qu'a atteint un apprenant.
progress-unread = impossible de lire `{ $path }`
progress-unwritten = impossible d'écrire `{ $path }`
progress-damaged = `{ $path }` est abîmé ({ $why }) ; déplacez-le ailleurs pour repartir de zéro
progress-newer = `{ $path }` vient d'un Plimsoll plus récent (version { $found } du fichier ; celui-ci lit la { $known })

# Ce qu'un regard sur un lab n'a pas pu voir.
look-not-running = il ne tourne pas
look-no-address = il n'a pas d'adresse
look-too-long = cela dure trop longtemps
look-no-host = { $address } : aucune machine de ce nom ici
look-no-id = le moteur n'a pas donné d'identifiant à la copie
look-no-inside = ce moteur ne sait pas encore se connecter depuis un conteneur
look-too-much = `{ $path }` contient trop de choses pour y chercher la page
look-for-ever = le correcteur demande toujours plus à voir
