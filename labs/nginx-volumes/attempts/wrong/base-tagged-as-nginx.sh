# fails: nginx-runs
# hint: not-nginx
echo 'mine' > html/index.html
docker pull base
docker tag base nginx
docker run -d --name webserver -p 80:80 -v "$PWD/html":/usr/share/nginx/html nginx sleep 600
