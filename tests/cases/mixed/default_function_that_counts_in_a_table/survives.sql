select id, parent from docs order by 1;
