echo 'the full name' > html/index.html
docker run -d --name webserver -p 80:80/tcp -v "$PWD/html":/usr/share/nginx/html docker.io/library/nginx:latest
