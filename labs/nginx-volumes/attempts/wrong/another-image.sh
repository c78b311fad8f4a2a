# fails: nginx-runs
# hint: other-image
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html base sleep 600
