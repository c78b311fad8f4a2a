echo 'read-only' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html:ro nginx
