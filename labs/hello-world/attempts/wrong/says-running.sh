# fails: ps-a
# hint: says-running
# answer: ps-a=running
# answer: container=greeter
docker run --name greeter hello-world
