# fails: page-is-served
# hint: forbidden
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
