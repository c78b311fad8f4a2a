# answer: ps-a=all
docker pull hello-world
id=$(docker create hello-world)
docker start -a "$id"
plimsoll answer hello-world container "$id"
