# answer: ps-a=all
docker run hello-wrold || true
docker run hello-world nothing-there || true
docker run --name second hello-world
plimsoll answer hello-world container second
