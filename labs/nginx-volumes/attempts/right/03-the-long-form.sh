echo 'the long form' > html/index.html
docker run --detach --name=webserver --publish 80:80 --mount type=bind,source="$PWD/html",target=/usr/share/nginx/html nginx
