# fails: named-webserver
# hint: other-name
echo 'mine' > html/index.html
docker run -d -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
