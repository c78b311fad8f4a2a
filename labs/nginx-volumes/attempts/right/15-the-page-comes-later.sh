docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
echo 'first edition' > html/index.html
echo 'second edition' > html/index.html
docker restart -t 1 webserver
