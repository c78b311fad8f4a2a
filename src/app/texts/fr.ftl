# Le mode guidé : des lignes au lieu d'un plein écran.
guided-goals = Objectifs
guided-goal = { $points ->
    [one] { $mark } { $title } ({ $points } point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = atteint
guided-open = ouvert
guided-how = Votre shell dans le lab vient ensuite ; `exit` en sort. Les objectifs sont annoncés quand ils sont atteints. Là, `plimsoll hint { $lab }` aide, `plimsoll answer { $lab }` montre les questions, `plimsoll { $lab }` redonne cette leçon.
guided-goal-met = [objectif atteint : { $goal }. { $score } points sur { $most }]
guided-turned-back = [ce n'est plus le cas : { $goal }. { $why }]
guided-all-met = [tous les objectifs sont atteints : `exit` quand vous voulez]

# Revenir en arrière : `plimsoll reset`.
reset-loses = Remettre { $lab } à zéro supprime ses conteneurs ({ $containers }), ses images ({ $images }) et ses volumes ({ $volumes }), ce qui était conservé de ses étapes, vos réponses et le compte de vos indices.
reset-go-on = Continuer ? [o/N]
reset-done = { $lab } est comme neuf. Votre meilleur score est conservé.
reset-step-done = { $lab } est de nouveau comme au début de l'étape { $step }.
reset-not-started = { $container } tournait alors, mais n'a pas pu être redémarré : { $reason }
reset-files-stay = Vos fichiers dans { $folder } restent tels quels.
reset-files-changed = Vous avez modifié { $files } : `plimsoll reset { $lab } --files` remet les fichiers du lab et garde les vôtres sous le nom NOM.old.
reset-file-is-back = { $file } est de nouveau celui du lab ; le vôtre est { $old }
undo-goes-back = { $lab } revient au début de l'étape { $step }.
undo-loses-containers = conteneurs supprimés : { $names }
undo-loses-images = images supprimées : { $names }
undo-loses-volumes = volumes supprimés : { $names }
undo-loses-answers = réponses oubliées : { $names }
undo-brings-back = conteneurs qui reviennent, ou tournent de nouveau : { $names }
undo-and-else = Ce qui a changé depuis dans les autres conteneurs et volumes est annulé aussi, et ce qui tournait alors redémarre. Vos propres fichiers restent tels quels.
undo-not-kept = plimsoll : le début de cette étape n'a pas pu être conservé : { $why }
undo-no-snapshot = rien n'a été conservé du début de l'étape { $step } de { $lab }
undo-no-such-step = { $lab } n'a pas d'étape { $step } ; ses étapes vont de 1 à { $last }
undo-step-before = `plimsoll reset { $lab } --step { $step }` revient au début de l'étape { $step }
undo-whole-lab = `plimsoll reset { $lab }` revient au début du lab

# Ce que `plimsoll doctor` dit sous ce qu'il a trouvé.
doctor-fine = Tout va bien : les labs marchent ici.
doctor-limited = Les labs marchent ici, avec les limites dites ci-dessus.
doctor-broken = Les labs ne marcheront pas ici tant que ce qui précède n'est pas réparé.
doctor-worst = { $subject } : { $found }
