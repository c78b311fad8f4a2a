docker run --name greeter hello-world
plimsoll answer hello-world ps-a running
plimsoll answer hello-world ps-a all
plimsoll answer hello-world container hello-world
plimsoll answer hello-world container greeter
