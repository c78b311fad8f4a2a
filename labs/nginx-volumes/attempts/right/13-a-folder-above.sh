mkdir -p share/html
echo 'a folder above' > share/html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/share":/usr/share/nginx nginx
