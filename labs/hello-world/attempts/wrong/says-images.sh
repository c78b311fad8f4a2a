# fails: ps-a
# hint: says-images
# answer: ps-a=images
# answer: container=greeter
docker run --name greeter hello-world
