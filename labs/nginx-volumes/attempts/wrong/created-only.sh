# fails: nginx-runs
# hint: never-started
echo 'mine' > html/index.html
docker create --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
