# fails: ps-a
# answer: container=greeter
docker run --name greeter hello-world
