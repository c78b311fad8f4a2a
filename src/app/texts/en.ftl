# The guided mode: lines instead of a full screen.
guided-goals = Goals
guided-goal = { $points ->
    [one] { $mark } { $title } (one point)
   *[other] { $mark } { $title } ({ $points } points)
 }
guided-met = met
guided-open = open
guided-how = Your shell in the lab comes next; `exit` leaves it. Goals are announced when they are met. There, `plimsoll hint { $lab }` helps, `plimsoll answer { $lab }` shows the questions, `plimsoll { $lab }` this lesson again.
guided-goal-met = [goal met: { $goal }. { $score } of { $most } points]
guided-turned-back = [no longer met: { $goal }. { $why }]
guided-all-met = [all goals are met: `exit` when you like]

# Going back: `plimsoll reset`.
reset-loses = Resetting { $lab } removes its containers ({ $containers }), images ({ $images }) and volumes ({ $volumes }), what was kept of its steps, your answers, and the count of your hints.
reset-go-on = Go on? [y/N]
reset-done = { $lab } is as new. Your best score is kept.
reset-step-done = { $lab } is as it was when step { $step } began.
reset-not-started = { $container } ran then, and could not be started again: { $reason }
reset-files-stay = Your files in { $folder } stay as they are.
reset-files-changed = You have changed { $files }: `plimsoll reset { $lab } --files` puts the lab's own back and keeps yours as NAME.old.
reset-file-is-back = { $file } is the lab's own again; yours is { $old }
undo-goes-back = { $lab } goes back to the start of step { $step }.
undo-loses-containers = containers that are removed: { $names }
undo-loses-images = images that are removed: { $names }
undo-loses-volumes = volumes that are removed: { $names }
undo-loses-answers = answers that are forgotten: { $names }
undo-brings-back = containers that come back, or run again: { $names }
undo-and-else = What has changed since in other containers and volumes is undone too, and what ran then is started anew. Your own files stay as they are.
undo-not-kept = plimsoll: the start of this step could not be kept: { $why }
undo-no-snapshot = nothing was kept of the start of step { $step } of { $lab }
undo-no-such-step = { $lab } has no step { $step }; its steps are 1 to { $last }
undo-step-before = `plimsoll reset { $lab } --step { $step }` goes back to the start of step { $step }
undo-whole-lab = `plimsoll reset { $lab }` goes back to the start of the lab

# What `plimsoll doctor` says below its findings.
doctor-fine = All fine: labs run here.
doctor-limited = Labs run here, with the limits said above.
doctor-broken = Labs cannot run here until the above is mended.
doctor-worst = { $subject }: { $found }
