# fails: page-is-mounted
# hint: wrong-place
mkdir conf
echo 'server { listen 80; root /srv; }' > conf/site.conf
docker run -d --name webserver -p 80:80 -v "$PWD/conf":/etc/nginx/conf.d nginx
docker exec webserver sh -c 'mkdir -p /srv && echo "written inside" > /srv/index.html'
