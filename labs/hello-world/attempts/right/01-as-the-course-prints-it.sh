# answer: ps-a=all
docker run hello-world
docker ps -a
plimsoll answer hello-world container "$(docker ps -a --format '{{.Names}}' | head -n 1)"
