# fails: page-is-mounted
# hint: wrong-place
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/var/www/html nginx
