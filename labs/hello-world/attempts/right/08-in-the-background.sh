# answer: ps-a=all
id=$(docker run -d hello-world)
docker wait "$id"
docker logs "$id"
plimsoll answer hello-world container "${id:0:12}"
