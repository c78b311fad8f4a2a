# fails: pulled
# answer: ps-a=all
docker ps -a
