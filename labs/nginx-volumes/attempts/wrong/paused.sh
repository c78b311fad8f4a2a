# fails: nginx-runs
# hint: paused
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
docker pause webserver
