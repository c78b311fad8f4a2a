mkdir conf
echo 'server { listen 80; root /srv; }' > conf/site.conf
echo 'from another place' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/conf":/etc/nginx/conf.d -v "$PWD/html":/srv nginx
curl -sS localhost
