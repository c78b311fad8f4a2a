# answer: ps-a=all
# answer: container=renamed
docker run --name first hello-world
docker rename first renamed
