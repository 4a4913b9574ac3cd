select org, r from app.m;
