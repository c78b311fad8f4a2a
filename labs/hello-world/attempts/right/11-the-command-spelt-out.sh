# answer: ps-a=all
# answer: container=spelt-out
docker run --name spelt-out hello-world /hello
