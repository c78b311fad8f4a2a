# Mots à côté des touches, et noms des vues.
key-help = aide

# Le terminal de l'apprenant.
earlier = ci-dessus : dernière visite
recording-full = L'enregistrement a atteint sa taille maximale : à partir d'ici, seuls les objectifs sont notés.
no-terminal = Impossible d'ouvrir un terminal dans cet écran ({ $reason }). `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-missing = Il manque /dev/ptmx ou /dev/pts sur cette machine : aucun terminal ne peut être ouvert dans cet écran. Un administrateur y remédie avec `mount -t devpts devpts /dev/pts` ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-forbidden = Vous n'avez pas le droit d'ouvrir /dev/ptmx : aucun terminal ne peut être ouvert dans cet écran. Adressez-vous à qui a installé cette machine ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-terminal-left = Tous les terminaux de cette machine sont pris. Fermez-en quelques-uns, ou demandez à un administrateur d'augmenter `kernel.pty.max` ; `plimsoll shell LAB`, dans votre propre terminal, s'en passe.
no-program = Le programme { $program }, à lancer dans le terminal, n'existe pas. Réinstallez Plimsoll, ou donnez à SHELL un interpréteur qui existe.
program-not-runnable = { $program } ne peut pas être lancé dans le terminal : { $reason }.
no-directory = Le dossier { $directory }, où ouvrir le terminal, n'existe pas. Recréez-le, ou recommencez avec `plimsoll reset LAB`.

# Quantités.
age-seconds = { $count } s
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } j
size-bytes = { $count } o
size-kilo = { $count } ko
size-mega = { $count } Mo
size-giga = { $count } Go

# Carte.
map-host = hôte du lab
map-outside = dehors { $address }
map-not-published = non publié
map-more = et { $count } de plus
map-together = et { $count } de plus : { $names }
map-not-running = à l'arrêt
map-on-host = réseau de l'hôte du lab (--network host)
map-on-nothing = aucun réseau (--network none)
map-on-container = réseau de { $name }
map-also-in = aussi dans { $network } { $address }
map-nobody = aucun conteneur
map-internal = interne
map-parent = { $driver } sur { $device }
map-unused-volumes = volumes sans conteneur : { $names }
map-images = images : { $names }
map-empty = Aucun conteneur pour l'instant. Tapez dans le lab :
map-guest = (dessiné plus haut)
map-gateway = passerelle { $address }
map-left-out = et { $count } conteneurs de plus, non dessinés
map-key-fold = plier ou déplier
view-more-above = { $count } lignes au-dessus
view-more-below = { $count } lignes au-dessous
state-running = en marche, { $age }
state-running-unknown = en marche
state-paused = en pause
state-created = créé, jamais démarré
state-ended = terminé ({ $code }), il y a { $age }
state-ended-unknown = terminé ({ $code })
state-restarting = redémarre après le code { $code }
state-removing = suppression en cours
state-dead = mort : n'a pas pu être supprimé
state-unknown = dans un état inconnu
health-starting = santé : en attente
health-healthy = en bonne santé
health-unhealthy = en mauvaise santé

# Journal.
journal-lab-started = le lab { $name } a été démarré
journal-lab-kept = le lab a été conservé tel quel, pour y revenir : { $name }
journal-step-kept = l'étape { $step } commence : le lab a été conservé tel quel, pour y revenir
journal-step-restored = le lab est revenu au début de l'étape { $step } : la suite est annulée
journal-lab-restored = le lab est revenu à { $name } : la suite est annulée
journal-image-pulled = image { $name } téléchargée
journal-image-tagged = une image a reçu le nom { $name }
journal-image-untagged = le nom { $name } a été retiré de son image
journal-image-removed = image { $name } supprimée
journal-created = conteneur { $name } créé depuis { $image }
journal-started = conteneur { $name } démarré
journal-ended = conteneur { $name } terminé, code { $code }
journal-killed = { $signal } envoyé au conteneur { $name }
journal-stopped = conteneur { $name } arrêté
journal-restarted = conteneur { $name } redémarré
journal-paused = conteneur { $name } mis en pause
journal-resumed = conteneur { $name } sorti de sa pause
journal-renamed = le conteneur { $before } s'appelle maintenant { $name }
journal-removed = conteneur { $name } supprimé
journal-resized = conteneur { $name } : son terminal a changé de taille
journal-updated = conteneur { $name } : ses limites ont été modifiées
journal-exec-started = commande dans le conteneur { $name } : { $command }
journal-exec-ended = commande dans le conteneur { $name } terminée, code { $code }
journal-health = conteneur { $name } : { $health }
journal-copied-in = fichiers copiés dans le conteneur { $name } : { $path }
journal-exported = conteneur { $name } exporté
journal-attached = un terminal s'est attaché au conteneur { $name }
journal-detached = un terminal s'est détaché du conteneur { $name }
journal-volume-created = volume { $name } créé
journal-volume-removed = volume { $name } supprimé
journal-other = { $kind } : { $name }
journal-of-lab = journal
journal-of-container = journal du conteneur { $name }
journal-empty = Rien pour l'instant.
journal-newer = { $count } plus récentes
journal-key-filter = un conteneur, le suivant, tous
journal-key-follow = suivre la plus récente

# Couches.
layers-empty = Aucune image pour l'instant. Tapez dans le lab :
layers-writable = couche inscriptible
layers-not-looked = couche inscriptible non mesurée
layers-letters = A ajouté, C modifié, D supprimé ; un dossier change avec son contenu
layers-unchanged = rien de modifié
layers-changed = modifié : { $files ->
    [one] { $files } fichier
   *[other] { $files } fichiers
 }, { $folders ->
    [one] { $folders } dossier
   *[other] { $folders } dossiers
 }
layers-changed-at-least = modifié : plus de { $count } fichiers et dossiers
layers-count = { $count ->
    [one] { $count } couche
   *[other] { $count } couches
 }
layers-shared = partagée avec { $names }
layers-added = { $count ->
    [one] { $count } fichier : { $paths }
   *[other] { $count } fichiers : { $paths }
 }
layers-added-at-least = plus de { $count } fichiers : { $paths }
layers-deleted = enlève : { $paths }
layers-no-files = aucun fichier

# La carte en phrases.
plain-containers = { $count ->
    [one] { $count } conteneur, { $up } en marche.
   *[other] { $count } conteneurs, { $up } en marche.
 }
plain-container = Conteneur { $name }, de l'image { $image } : { $state }.
plain-nowhere = { "  " }Il n'a pas de réseau.
plain-on-host = { "  " }Il utilise le réseau de l'hôte du lab.
plain-on-container = { "  " }Il utilise le réseau du conteneur { $name }.
plain-address = { "  " }Sur le réseau { $network }, son adresse est { $address }.
plain-port = { "  " }Son port { $inside } est accessible dans le lab au port { $lab }.
plain-port-outside = { "  " }Son port { $inside } est accessible dans le lab au port { $lab }, et dehors à { $outside }.
plain-port-closed = { "  " }Son port { $inside } n'est pas publié.
plain-folder = { "  " }Le dossier { $name } est monté sur { $place }, { $access }.
plain-volume = { "  " }Le volume { $name } est monté sur { $place }, { $access }.
plain-tmpfs = { "  " }{ $place } est un tmpfs, des fichiers en mémoire, { $access }.
plain-writable = en écriture
plain-read-only = en lecture seule
plain-network = Réseau { $name } : { $subnet }.
plain-volume-unused = Le volume { $name } n'est dans aucun conteneur.
plain-images = Images : { $names }.

# La leçon.
lesson-cut = Cette leçon est plus longue que ce que Plimsoll peut lire. La suite manque ici.
lesson-note = À noter :
# Entre un nom et sa valeur.
lesson-pair = { " " }:
lesson-step = Étape { $number } : { $title }
key-open = ouvrir
key-insert = insérer
key-scroll = défiler
key-ends = premier, dernier
key-command = commande suivante
key-back = au terminal
key-quit = quitter
key-home = accueil
key-search = chercher
key-language = English
key-doctor = examiner cette machine
key-book = livre
key-reset = recommencer
key-undo = annuler
key-lesson = leçon
key-map = carte
key-layers = couches
key-journal = journal
key-xray = rayons X
key-hint = indice
key-answer = répondre
key-solution = solution
key-next-step = étape suivante
key-next-lab = lab suivant
key-previous-step = précédente
key-record = enregistrer
key-zoom = terminal seul
key-literal = la touche elle-même, pour le programme du terminal
key-new-shell = nouveau shell
key-connect = se reconnecter
key-scroll-back = remonter dans le terminal
key-move = se déplacer
key-line-ends = début, fin de la ligne
key-mark = sélectionner d'ici
key-copy = copier
key-further = suivant, précédent
key-look-for = le chercher
key-erase = effacer une lettre
key-cancel = abandonner
key-more = plus
key-all = tout montrer
key-choose = choisir
name-escape = Échap
name-end = Fin
name-shift-page = Maj-PgPréc
name-enter = Entrée
name-up-down = Haut/Bas
key-hints-left = { $hint } (reste { $left })
leader-then = ^G puis
keys-close = une touche ferme
keys-other = une autre touche ferme
nothing-undone = Rien n'a été annulé.
keys-other-no = une autre touche non
key-next-hint = indice suivant
key-yes = oui
key-no = non
key-go-on = continuer
key-next-question = question suivante
key-later = plus tard
name-yes = o

# Accueil.
searching = chercher :
nothing-found = Aucun lab n'a cela dans son nom, son titre ou son résumé. Échap les montre tous.
containers-running = { $count ->
    [one] { $count } conteneur en marche  {""}
   *[other] { $count } conteneurs en marche  {""}
 }
lab-is-done = Terminé. Rouvrez-le quand vous voulez : rien n'est perdu.
lab-was-done = Déjà terminé. À suivre : { $goal }
score-now-and-best = { $now }/{ $max }, au mieux { $best }/{ $max }
next-goal = À suivre : { $goal }
takes-about = Environ { $minutes } minutes.
doctor-looks = Examen de cette machine...
doctor-fails = `plimsoll doctor` n'a pas pu être exécuté. Essayez dans un terminal : il dit pourquoi.
finding = { $subject } : { $found }
doctor-fine = Doctor : tout va bien.
doctor-limited = `plimsoll doctor` en dit plus : { $what }
doctor-blocked = Les labs ne peuvent pas tourner ici ; `plimsoll doctor` dit comment y remédier : { $what }
too-small = Cette fenêtre est trop petite : il faut à Plimsoll { $columns } colonnes et { $rows } lignes.
too-small-short = Au moins { $columns }x{ $rows }.

# Un lab.
step-of = étape { $step } sur { $all }
pane-lab = lab
lab-starts = Le lab démarre...
lab-ended = Le lab { $lab } s'est arrêté, et le shell avec lui.
lab-ended-hint = Rien n'est perdu : images, volumes, conteneurs arrêtés et vos fichiers sont gardés.
lab-was-reset-elsewhere = Le lab { $lab } a été remis à zéro d'ailleurs, et le shell s'est terminé avec lui.
lab-was-reset-elsewhere-hint = Il recommence à neuf ; vos propres fichiers sont gardés.
lab-is-back = Le lab a été redémarré d'ailleurs : voici un nouveau shell.
lab-is-back-as-new = Le lab a été remis à zéro d'ailleurs : il recommence à neuf.
not-current = Pas à jour : tel qu'au moment où le lab s'est arrêté. R se reconnecte.
enter-tries-again = Entrée ou R réessaie.
shell-ended = Le shell s'est terminé ({ $code }). Entrée en ouvre un nouveau.
goals = objectifs
hint-says = indice : { $hint }
goal-met = { $goal } : atteint.
goal-turned-back = { $goal } : ce n'est plus le cas, trouvé : { $why }
was-met-before = était atteint ; { $found }
found-short = trouvé : { $found }
goal-and-found = { $goal } : trouvé { $found }
and-look = { $found }   voir : `{ $command }`
look-at = voir : `{ $command }`
all-goals-met = Tous les objectifs sont atteints. Continuez quand vous voulez : ^G n, ou l'accueil avec ^G q.
all-met = tous atteints. La suite : ^G n ; l'accueil : ^G q.
all-goals-met-next-lab = Tous les objectifs sont atteints. Continuez quand vous voulez : ^G n mène au lab suivant, ^G q à l'accueil.
all-met-next-lab = tous atteints. Le lab suivant : ^G n ; l'accueil : ^G q.
all-goals-met-everywhere = Tous les objectifs sont atteints, dans tous les labs. ^G q mène à l'accueil.
all-met-everywhere = tous atteints, dans tous les labs. L'accueil : ^G q.
not-judged-yet = Examen des objectifs...
cannot-judge = impossibles à examiner pour l'instant : { $why }
no-more-hints = Il n'y a plus d'indice pour cet objectif. ^G s montre la solution.
no-questions = Ce lab ne pose pas de question.
answer-noted = C'est noté. Vous pouvez changer d'avis à tout moment.
copied = Copié.
not-found = Introuvable dans ce que le terminal a montré.
recording = ENR
recording-into = Ce que montre le terminal est enregistré, pas ce que vous tapez. ^G r arrête. { $file }
recording-kept = Enregistré : { $file }

# Dialogues.
did-not-work = Cela n'a pas marché
question-of = question { $number } sur { $all }
solution-is-recorded = Vous verrez un chemin complet jusqu'au but. Votre progression gardera la trace qu'il a été montré. Le montrer ?
solution-is-one-way = Une bonne façon de faire ; il y en a d'autres.
back-to-which = Revenir à quel début ?
back-to-beginning = le lab, comme si rien n'avait été fait
back-to-step = étape { $step } : { $title }
asking-losses = Examen de ce qui serait perdu...
confirm-reset = { $loss }

    Continuer ?
resetting = Retour en arrière...
lab-was-reset = Le lab est comme neuf.
step-was-reset = Tout est comme au début de l'étape { $step }.
help-home = Les labs
help-leader = Dans un lab : appuyez sur Ctrl et G, relâchez, puis
help-lesson = Quand la leçon reçoit les touches
help-view = Quand une vue reçoit les touches
help-scroll = Quand ce que le terminal a montré est figé
help-terminal = Quand le terminal reçoit les touches
help-mouse = La souris fait défiler, et sélectionne du texte pour le copier. Les programmes du terminal qui demandent la souris la reçoivent.

# Rayons X : noms des lignes.
xray-image = image
xray-fetch = copie
xray-unpack = dépaquetage
xray-name = nom
xray-container = conteneur
xray-volume = volume
xray-overlay = overlay
xray-clone = clone
xray-join = entrée
xray-network = réseau
xray-mounts = montages
xray-limits = limites
xray-exec = exec
xray-port = port
xray-signal = signal
xray-wait = attente
xray-end = fin
xray-remove = suppression
xray-copy = copie
xray-change = réglage

# Rayons X : ce que dit une ligne.
xray-image-found = { $layers ->
    [one] { $name } trouvée, { $layers } couche
   *[other] { $name } trouvée, { $layers } couches
 }
xray-image-missing = { $name } n'est pas encore dans ce lab
xray-fetched = { $new ->
    [one] { $name } : { $new } couche sur { $layers } copiée et vérifiée, { $size }
   *[other] { $name } : { $new } couches sur { $layers } copiées et vérifiées, { $size }
 }
xray-fetched-nothing = { $layers ->
    [one] { $name } : sa couche était déjà là
   *[other] { $name } : ses { $layers } couches étaient déjà là
 }
xray-unpacked = { $new ->
    [one] { $new } couche dépaquetée, { $size } sur le disque
   *[other] { $new } couches dépaquetées, { $size } sur le disque
 }
xray-unpacked-nothing = aucune couche à dépaqueter
xray-named = { $name } est maintenant un nom de l'image { $id }
xray-container-made = { $name } ({ $id }) créé, sa propre couche est vide
xray-volume-made = volume { $name } créé
xray-volume-anonymous = un volume sans nom créé ({ $id })
xray-volume-filled = volume { $name } rempli avec ce que l'image contient dans { $place }
xray-root-directory = { $path } est la racine du conteneur
xray-overlay-made = { $layers ->
    [one] dessous { $layers } couche, dessus une neuve, c'est sa racine
   *[other] dessous { $layers } couches, dessus une neuve, c'est sa racine
 }
xray-copied-in = fichiers dépaquetés dans { $path }
xray-copied-out = { $path } empaqueté et envoyé
xray-namespaces-made = nouveaux espaces de noms : { $names }
xray-namespaces-shared = partagés : { $names }
xray-root-is = root y est l'utilisateur { $user } du lab
xray-joined = un nouveau processus à côté du { $process }, dans ses espaces de noms
xray-network-cable = paire veth, un bout { $interface } { $address }, l'autre dans { $bridge }
xray-network-none = à lui seul, avec la seule interface locale lo
xray-network-host = celui de l'hôte du lab
xray-network-shared = celui d'un autre conteneur
xray-file-systems = { $systems ->
    [one] { $systems } système de fichiers
   *[other] { $systems } systèmes de fichiers
 } et { $devices ->
    [one] { $devices } périphérique
   *[other] { $devices } périphériques
 } à lui
xray-bound = { $source } → { $place }
xray-bound-read-only = { $source } → { $place } (lecture seule)
xray-more = { $count } de plus
xray-capabilities = { $kept } capacités gardées sur { $all }
xray-all-capabilities = toutes les capacités gardées
xray-calls = { $allowed } appels système permis sur { $all }
xray-all-calls = tous les appels système permis
xray-masked = { $count ->
    [one] { $count } chemin masqué
   *[other] { $count } chemins masqués
 }
xray-root-read-only = racine en lecture seule
xray-resources = { $count ->
    [one] { $count } ressource limitée
   *[other] { $count } ressources limitées
 }
xray-executed = { $command }, en tant que { $user } du conteneur
xray-door = lab { $lab } → { $inside }
xray-door-outside = lab { $lab } → { $inside }, dehors { $outside }
xray-no-door = aucun n'a pu être ouvert
xray-signal-sent = { $signal } envoyé au processus { $process }
xray-did-not-end = il ne s'est pas terminé dans le délai accordé
xray-ended = le premier processus s'est terminé avec le code { $code }
xray-container-gone = conteneur { $name }, avec ce qui y avait été écrit
xray-volume-gone = volume { $name }, avec ses fichiers
xray-image-gone = image { $id }, { $size } de couches qu'aucune autre image n'a
xray-name-gone = le nom { $name }
xray-paused = ses processus sont figés
xray-resumed = ses processus reprennent
xray-renamed = il s'appelle maintenant { $name }
xray-updated = ses réglages
xray-runs-already = { $name } est déjà en marche : il n'y avait rien à faire
xray-does-not-run = { $name } n'est pas en marche : il n'y avait rien à faire
xray-nothing-to-remove = il n'y avait rien à supprimer
xray-call = { $kind ->
    [container-create] créer un conteneur { $subject }
    [container-start] démarrer le conteneur { $subject }
    [container-stop] arrêter le conteneur { $subject }
    [container-restart] redémarrer le conteneur { $subject }
    [container-kill] envoyer un signal au conteneur { $subject }
    [container-pause] mettre en pause le conteneur { $subject }
    [container-unpause] sortir de sa pause le conteneur { $subject }
    [container-rename] renommer le conteneur { $subject }
    [container-update] modifier les réglages du conteneur { $subject }
    [container-remove] supprimer le conteneur { $subject }
    [container-copy] copier des fichiers dans le conteneur { $subject }
    [container-read] copier des fichiers depuis le conteneur { $subject }
    [container-commit] faire une image d'un conteneur { $subject }
    [container-prune] supprimer les conteneurs à l'arrêt { $subject }
    [exec-create] exécuter une commande dans le conteneur { $subject }
    [exec-start] exécuter une commande dans le conteneur { $subject }
    [image-build] construire une image { $subject }
    [image-pull] télécharger l'image { $subject }
    [image-push] envoyer l'image { $subject }
    [image-load] charger des images { $subject }
    [image-tag] donner un nom à l'image { $subject }
    [image-remove] supprimer l'image { $subject }
    [image-prune] supprimer les images que personne n'utilise { $subject }
    [volume-create] créer le volume { $subject }
    [volume-remove] supprimer le volume { $subject }
    [volume-prune] supprimer les volumes que personne n'utilise { $subject }
    [network-create] créer le réseau { $subject }
    [network-connect] relier un conteneur au réseau { $subject }
    [network-disconnect] détacher un conteneur du réseau { $subject }
    [network-remove] supprimer le réseau { $subject }
    [network-prune] supprimer les réseaux que personne n'utilise { $subject }
   *[other] { $kind } { $subject }
 }

# Rayons X : pourquoi une ligne est faite.
xray-why-image = Un conteneur commence par une image : une pile de couches en lecture seule et quelques réglages. Le nom est cherché dans la liste du lab et mène à une seule pile, toujours la même.
xray-why-missing = Le nom n'est pas dans la liste d'images du lab. `docker` demande donc que l'image soit téléchargée depuis un registre, puis redemande le conteneur.
xray-why-fetch = Une image arrive couche par couche. Chacune porte le nom du SHA-256 de son contenu : une couche abîmée se remarque, une couche déjà présente n'est pas recopiée.
xray-why-unpack = Une couche est une archive de fichiers. Elle est dépaquetée une fois, n'est plus jamais modifiée, et tous les conteneurs qui en ont besoin la partagent.
xray-why-name = Un nom comme nginx:latest est une étiquette collée sur une image. On peut la déplacer sur une autre image, et une image peut en porter plusieurs.
xray-why-container = Sur le disque, un conteneur est peu de chose : ses réglages et une couche vide pour ce qu'il écrira. En créer un ne prend donc aucun temps, si grande que soit son image.
xray-why-volume = Un volume est un dossier dont le moteur prend soin. Il n'appartient à aucun conteneur, et survit donc à ceux qui s'en servent.
xray-why-fill = Un volume vide reçoit, la première fois qu'un conteneur le prend, une copie de ce que l'image contient à cet endroit. Ensuite, on n'y touche plus.
xray-why-overlay = Le système de fichiers overlay montre les couches de l'image et une couche propre au conteneur comme une seule arborescence. Ce qu'on lit vient de la plus haute couche qui le contient ; ce qu'on écrit va dans celle du conteneur.
xray-why-clone = Un seul appel système crée le processus et ses espaces de noms : sa propre vue des processus, des montages, du réseau, des utilisateurs et du nom de machine. Rien n'est simulé ; c'est un processus ordinaire qui voit moins de choses.
xray-why-join = `docker exec` ne construit pas de nouveaux murs. Le nouveau processus entre dans les espaces de noms du conteneur en marche, et voit ce que celui-ci voit.
xray-why-cable = Un nouvel espace de noms réseau est vide. Une paire veth est un câble : un bout est l'interface à l'intérieur, l'autre est branché sur un pont, qui passe les trames d'un câble à l'autre comme un commutateur.
xray-why-no-cable = Un nouvel espace de noms réseau est vide, et celui-ci le reste : le conteneur peut se joindre lui-même, et personne d'autre.
xray-why-shared-network = Sans espace de noms réseau à lui, le conteneur a les interfaces, les adresses et les ports de celui qu'il partage.
xray-why-mounts = Les programmes s'attendent à trouver /proc, /sys et /dev : le conteneur a donc les siens. Un dossier ou un volume est montré à un second endroit par un montage « bind » : pas de copie, les mêmes fichiers.
xray-why-limits = Dans un conteneur, root parle toujours au noyau de la machine. La plupart des pouvoirs de root (les capacités) sont donc abandonnés, un filtre (seccomp) refuse les appels système rares, et certains fichiers de /proc et de /sys sont cachés.
xray-why-exec = Par `execve`, le processus préparé devient votre programme : le même processus, les mêmes murs, un autre programme. C'est le processus 1 du conteneur ; quand il se termine, le conteneur se termine.
xray-why-exec-added = Par `execve`, le processus entré dans le conteneur devient votre programme. Quand il se termine, le conteneur continue : seul compte pour cela son processus 1.
xray-why-port = L'adresse du conteneur n'a de sens que dans le lab. Pour un port publié, le moteur écoute sur l'hôte du lab et transporte les octets vers le conteneur et retour.
xray-why-signal = Un programme peut intercepter TERM et mettre de l'ordre avant de se terminer ; KILL, non. Le processus 1 d'un conteneur n'entend que les signaux qu'il a demandés, et KILL.
xray-why-wait = `docker stop` attend dix secondes si on ne lui dit rien d'autre, puis envoie KILL. Un programme qui écoute TERM vous épargne cette attente.
xray-why-end = Quand le processus 1 s'est terminé, le noyau termine tous les autres de son conteneur. Le code reste visible dans `docker ps -a` : celui du programme, ou 128 plus le numéro du signal qui l'a terminé.
xray-why-container-gone = Avec un conteneur disparaît sa propre couche, et donc tout ce qui y avait été écrit. Son image et ses volumes nommés restent.
xray-why-volume-gone = Avec un volume disparaissent ses fichiers. Il n'est supprimé que si aucun conteneur ne l'a.
xray-why-image-gone = Avec son dernier nom, une image disparaît, et ses couches avec elle, sauf celles qu'une autre image a aussi.
xray-why-name-gone = Seule une étiquette est retirée. L'image disparaît quand elle n'a plus aucun nom.
xray-why-copy = `docker cp` met les fichiers dans une archive d'un côté et la dépaquette de l'autre. Le conteneur n'a pas besoin d'être en marche.
xray-why-pause = Un conteneur en pause garde sa mémoire et sa place ; ses processus ne reçoivent plus de temps jusqu'à la reprise.
xray-why-change = Le nom et les réglages sont les notes du moteur sur un conteneur. Son identifiant et ses fichiers restent ce qu'ils étaient.

# Rayons X : la vue.
xray-empty = Rien n'a encore été fait. Tapez dans le lab :
xray-nobody-tells = Ce moteur ne dit pas ce qu'il fait ; celui de Plimsoll, si.
xray-left-out = { $count ->
    [one] et { $count } opération de plus
   *[other] et { $count } opérations de plus
 }
xray-more-lines = { $count ->
    [one] et { $count } ligne de plus
   *[other] et { $count } lignes de plus
 }
xray-rest = le reste
xray-rest-is = ce qui est entre deux : les appels eux-mêmes, l'écriture des états, l'attente
xray-book = livre : { $page }
xray-plan-words = le plan en mots, { $count } opérations
xray-plan-data = le plan comme données, { $count } opérations
xray-no-plan = Rien n'a été planifié pour cela : un plan est fait là où un processus démarre.
xray-key-explain = expliquer
xray-key-plan = plan
xray-key-data = en données
xray-key-lines = lignes

several-lines = Cette commande a plusieurs lignes, et le programme du terminal les exécuterait une à une. À l'invite du shell, elles peuvent être insérées.

# Les opérations d'un plan.
op-root-directory = prendre { $path } comme système de fichiers racine
op-root-overlay = { $count ->
    [one] poser { $upper } sur { $count } couche en lecture seule, comme système de fichiers racine
   *[other] poser { $upper } sur { $count } couches en lecture seule, comme système de fichiers racine
}
op-join = utiliser l'espace de noms { $kind } : { $source }
op-clone = créer un processus avec de nouveaux espaces de noms : { $names }
op-join-container = créer un processus dans les espaces de noms du processus { $process }
op-make-cgroup = créer le cgroup { $path }
op-make-cgroup-with = créer le cgroup { $path } : { $settings }
op-enter-cgroup = déplacer le processus dans le cgroup { $path }
op-in-cgroup = { $process } ; dans le cgroup { $path }
op-map-ids = faire correspondre les utilisateurs { $users } et les groupes { $groups }
ids-mapped = { $inside } à { $outside }
op-oom-score = fixer le score de manque de mémoire à { $score }
op-connect = relier { $container }, dans le conteneur, au pont { $bridge } par { $host }
op-become-root = devenir l'utilisateur 0 du conteneur
op-keyring = ouvrir un trousseau de session à part
op-loopback = activer l'interface de boucle locale lo
op-address = donner à { $name } l'adresse { $address }
op-address-route = donner à { $name } l'adresse { $address }, route par défaut { $gateway }
op-hostname = fixer le nom de machine : { $name }
op-domainname = fixer le nom de domaine : { $name }
op-await-hooks = attendre l'exécution des hooks
op-pivot-root = ne laisser que ce système de fichiers racine en vue
op-mount = monter un nouveau { $kind } sur { $place }{ $flags }
op-mount-with = monter un nouveau { $kind } sur { $place }{ $flags } avec { $parameters }
op-proc-of = { $mount }, qui montre ces processus : { $source }
op-bind = montrer { $source }, de l'hôte, sur { $place }{ $flags }
op-cgroup-view = montrer l'arbre des cgroups sur { $place }{ $flags }, si possible
op-device-bound = montrer le périphérique { $number } de l'hôte sur { $path }
op-device-made = créer le périphérique { $number } sur { $path }
op-link = lier { $path } à { $target }
op-terminal = ouvrir un terminal et en faire le terminal de contrôle{ $size }
op-sysctl = fixer le paramètre du noyau { $name } à { $value }
op-read-only = mettre { $path } en lecture seule
op-mask = cacher { $path }
op-root-read-only = mettre le système de fichiers racine en lecture seule
op-make-directory = créer le dossier { $path } s'il n'existe pas
op-enter = aller dans { $path }
op-limit = limiter { $resource } à { $soft } (plafond { $hard })
unlimited = illimité
op-umask = fixer l'umask à { $mask }
op-bounding = renoncer pour de bon à toutes les capacités sauf : { $names }
op-find-user = chercher { $user } dans l'image
op-find-command = chercher la commande { $command }
op-record-owners = faire noter par le moteur les changements de propriétaire et les nouveaux périphériques
op-await-start = attendre le démarrage
op-switch-user = devenir { $user }
op-capabilities = garder les capacités : { $names }
op-no-new-privileges = promettre de ne jamais gagner de privilèges
op-filter-none = ne restreindre aucun appel système
op-filter-default = restreindre les appels système au profil par défaut de Docker
op-filter-given = restreindre les appels système au profil donné
op-filter-faked = { $filter }, et répondre par un succès aux changements d'utilisateur
op-execute = exécuter { $command }
user-by-number = utilisateur { $user } et groupe { $group }
user-by-name = utilisateur { $name }
user-also = { $who }, aussi dans { $groups }
namespace-user = utilisateurs
namespace-mount = montages
namespace-process = processus
namespace-network = réseau
namespace-host-name = nom de machine
source-own = le sien
source-host = celui de l'hôte
source-process = celui du processus { $process }
flag-read-only = lecture seule
flag-all-read-only = lecture seule, tout le contenu compris

# Pourquoi il n'y a pas d'écran, ou pas d'enregistrement.
run-no-terminal = le terminal est inutilisable
run-no-record = impossible d'écrire l'enregistrement des événements `{ $path }`
recording-unmade = impossible de créer l'enregistrement { $path } : { $why }
recording-unwritten = impossible d'écrire dans l'enregistrement { $path } : { $why }
journal-none = ce moteur ne tient pas de journal : seul celui de Plimsoll le fait
