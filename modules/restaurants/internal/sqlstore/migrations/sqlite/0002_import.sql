-- +goose Up
-- What came with an import: SOURCE:ID of the file, and the ratings that others
-- gave, which count beside those of our reviews.
ALTER TABLE restaurants_restaurants ADD COLUMN external_id TEXT;
ALTER TABLE restaurants_restaurants ADD COLUMN imported_sum BIGINT NOT NULL DEFAULT 0;
ALTER TABLE restaurants_restaurants ADD COLUMN imported_count BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX restaurants_restaurants_external ON restaurants_restaurants (external_id) WHERE external_id IS NOT NULL;

-- Files number their items through or by restaurant: both are distinct here.
ALTER TABLE restaurants_menu_items ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX restaurants_menu_items_external ON restaurants_menu_items (restaurant_id, external_id) WHERE external_id IS NOT NULL;
