-- +goose Up
-- The rank is the relevance while the mean of all ratings is 4 stars
-- (docs/adr/0018). A cuisine's link carries it with the rating, so that the best
-- of a cuisine are read from an index in their order.
ALTER TABLE restaurants_restaurants ADD COLUMN rank BIGINT NOT NULL DEFAULT 4000000;
UPDATE restaurants_restaurants
SET rank = (40000000 + 1000000 * (rating_sum + imported_sum)) / (10 + rating_count + imported_count);
CREATE INDEX restaurants_restaurants_rank ON restaurants_restaurants (rank, rating);

ALTER TABLE restaurants_restaurant_cuisines ADD COLUMN rating BIGINT NOT NULL DEFAULT 0;
ALTER TABLE restaurants_restaurant_cuisines ADD COLUMN rank BIGINT NOT NULL DEFAULT 4000000;
UPDATE restaurants_restaurant_cuisines
SET rating = (SELECT r.rating FROM restaurants_restaurants r WHERE r.id = restaurant_id),
    rank = (SELECT r.rank FROM restaurants_restaurants r WHERE r.id = restaurant_id);
CREATE INDEX restaurants_restaurant_cuisines_rank ON restaurants_restaurant_cuisines (cuisine_id, rank, rating, restaurant_id);
