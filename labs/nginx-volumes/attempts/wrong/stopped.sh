# fails: nginx-runs
# hint: stopped
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx
docker stop -t 2 webserver
