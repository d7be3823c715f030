// tests/connectors/alipay_support.hpp
// A life account's channel and the platform's side of signing. Both keys were made for these tests.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "connectors/alipay/alipay.hpp"
#include "connectors/alipay/gateway.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::testing_support {

inline const std::string kAlipayAppKey =  // PKCS#8, as the console's tool writes it
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCbyL4/ZOqPpC5+6QOxYFTRo9FpG8a5kGxR9MzGiN"
    "xkpIpfg9sEF27vOdN8U51Uw9u+nb7ke0/3kIoOVLmK0eOxWUBAWC2CMtev372BLl2FYiqmCNubwZDIN//+w71HLltq"
    "0v+pAZuB6OMuONG0Hb89S/52rL2zvVgb2TE+on+PWI2J9RgzLEBCzSk4YF394B2A5+jTvgFrxBOxBFHN2GKygsBjM7"
    "3lYFXsVcus5HyYU5pLWe0EEnZ/gYMqF0O8FrHonTV3MTC1cKFdDzDXrIS/Lv6eZxZlEFpcz3tl5BpmgdBvDHunyVw0"
    "Jejlcrb9yELD5tFP6e/Fd0M4gsvLvoIhAgMBAAECggEAGA93Ir9pYuoOrFc81MZ2EzLkAwHhPYPK1xWiEv/MWlb3cC"
    "0jRIyB+7zIpyka4Z6mb9hZRVyuSyQtzmzTg1dLfXa1b7quvK8xlN5PnIYWt6UjxSUVFgddXy8XALgmobnNMMCJ8AZp"
    "iDT58YehC9qUUNlN4fJoEjyqQRLYgj4CyZa7/oEof4ltwMIRaxzwTw1mGoDQy1G4K1Q7ItFftk+DKTaUZTeWRd7R/G"
    "54SuBp1sETWZ5CCoLhx4WvTBEriOczEDYC4G2xTPqmgQJBf9iUdm0dLS/Y8W+KElAd5ssCe2N+diF2fFXO8dM1ieva"
    "h9Xz77g73d2cmkcPM3F5nTk34QKBgQDNwbf7rXCicVjrnR31UXvCv/hsXQcCUtnv+wmg8UkAi11NbxqMc9MgNpyl8r"
    "ScluONWN5O3LSSRp9Qb3Qxr+4VrVOQORi0phi6pzcPZKOags5hJqUM0vKM17NyPIopqQ3S05J6Hg1QgOH7ryB5rHAH"
    "7xbxvWdLv5I8SlaDsGRUnQKBgQDB0yKuiaEt+YUuc8u0mTp+Q+wDhEIP0FFrAZZ5BqonthmfXtQpD36LXZinpAOL21"
    "NeEIn98DVEHfyu0K3nwiMl7uFd2+ZdIwV21GCKNDV4gAR2j9wvebknw3k0PDIZcv7lInv2kQ/HUktG993jL9i3UvYf"
    "3FLt4HjK+hfrrJryVQKBgF8LKfKO5mWTGDEWDZ2hOxr11EoyGqe/H77T5lm6uy8OMVYwiUHxysepkmixmS5wIMLNFz"
    "u0hZDAIJ1mLnU5QDAxNVV8mmXwB6JI1Y09vrkDzVNhJ4Kp+rKGfPS69FNULPeDFbllIl9aeYjqF4U82y8/CQk3pXx/"
    "DIzfBeGk3GOdAoGBAKe9Xn1odIoCMGVEJ13zYfDWPVHJyxY+dcfChwPUZbuaV9BZ1Ah49U4NQUiLo9oMhLiaXaHbmW"
    "2K+hwcUvSISbzRYE7HOTUPUvJE2AujJUdUmwg0dhzMHhYwkBtJoR3vLHMGhfucDOi16pnPd0LfLJFzBbgLB+X/5una"
    "yIrYRPxFAoGARBmEX4GZnK1a+H6FYNOgPr9Yue5yr044tK0asl6m3KoBhv8gjYemXx2ZBeaiOZthrWHzf+n347ufKU"
    "sLT4BzGJ6xD6kKlhTnCGWmGldCtcy5iCW+uIbGz3IveuQnJpCm3nzUAkt9repI5RHPEFQ3LZA8NxrYtzlkO/y12RqZ"
    "/Qc=";
inline const std::string kAlipayAppPublicKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm8i+P2Tqj6QufukDsWBU0aPRaRvGuZBsUfTMxojcZKSKX4"
    "PbBBdu7znTfFOdVMPbvp2+5HtP95CKDlS5itHjsVlAQFgtgjLXr9+9gS5dhWIqpgjbm8GQyDf//sO9Ry5batL/qQGb"
    "gejjLjjRtB2/PUv+dqy9s71YG9kxPqJ/j1iNifUYMyxAQs0pOGBd/eAdgOfo074Ba8QTsQRRzdhisoLAYzO95WBV7F"
    "XLrOR8mFOaS1ntBBJ2f4GDKhdDvBax6J01dzEwtXChXQ8w16yEvy7+nmcWZRBaXM97ZeQaZoHQbwx7p8lcNCXo5XK2"
    "/chCw+bRT+nvxXdDOILLy76CIQIDAQAB";
inline const std::string kAlipayTheirKey =
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCyeYJTQ9Mw4TWJ9qhdr8fcAUl3p0VTZwDu/aI+ns"
    "Q5wkD2GB6hY1wNgeYTU+bFzYu7VJyLuEDc8q6bY/mxEq9CnESs3Y3znr7kI34Sjc3+tttmm6YTIYyuzV1piordSrcD"
    "Jb0R8lfGB9sUwbytPx+M9UYfXawsIZ/dLfc7TlEXKKA+XGgtpfHLpKA0BLPXqS2kbutKYeoPbKLJeArx6rh/37/Vgv"
    "Sg+4icFVHdCLabhBM/CgGsb2ADXOvSHI+q+w6uORmEMc3bZ2KsvFVCqPbPocCg0ONTQnbwr3/+hHwUEMYQ2sD2EWLj"
    "enVhRu0n1dCKOUi5+gg4qWHkFuIsKia5AgMBAAECggEAH5p+pmnrOsuWZHDGDZjz5hRgQwzerM8fjjJhiX8ptiScxj"
    "ctLVzfzxCCgkeoJLyqEqj/84nUCov6uU9xxpZNbJkpXAb7fPlOSi2yxGxR3tnYbgn/1YFqXQXGlcrPnjH9yFPlcAke"
    "29VGSR2pYHA+EQLZwPIga8wkd9EM53aNy3C8rui1fw792Y2th3jYWuutbMK+IONDVKb2378g2JgVjugjyGF3sYPMUN"
    "xXtNsgNNpU47VzrnT6KWFyHdnZ9T4vevAeR1XyaT2knD8z1UniKF7KHPfrAmAf+aC9OSWrcVRZTC3XHx2rvfubDhN8"
    "srFuLvWlJO1hSKmHjHcaXcWK9QKBgQD34Jg8K+6jB1aUGXJXArPH4ojpsoIxUT7WY0ME7p9CDWZQMzwECEU296k4kq"
    "ppj/5plfyZd067/dFRibmwVJAhpeLYIiznth2/AsZnF/qWxbWHvIM45gQ+qnV79ha4KK35XWgFeDH8VvZzb4oatP/q"
    "yIKsFhXrgCPgri0RZtRckwKBgQC4UrSzBAWCrskG5PsmG4asZ3kZ440gUFxEH07Xj9CngfHX62YQaBq3GesgbvJXMV"
    "1BaA7EIZzHFpsfHkaCFxTxun960NGdyVe3bn4UXOUM+rPwGddLkIkEBVsm/+qK6viuBtRy+7RSU/g3SoPTTg9BOolo"
    "5ezuasQa1TC34/pLAwKBgH03FW//+VKdmFzD5gCSOuMUSnlTVXU4R3fhOK+7IvQo9LA60WxwCRbVUMRlQnSE6s3HmI"
    "yluj44345C9mxeq1h0Bf2Mdgau9qPQ8QyPDmUvhp4E2nzZpPdLAIIYNC3fTtMTHkL1Drsb6u8xPyByonylwWzQ003d"
    "s0ICen255jjFAoGBAInN46T2+7uxO0A5T381EyGwFn0BgBBJpEGV+pb0wXWKlCnupxbbDiYYbY6JBAumL2doCaoeyx"
    "yZTQ4dz28RHKqA2TAUELNbxYWxSPemX+StRnvahfjLrXRhIL3ulQaZF6TcHFd+0Vi/yJJl1lrTQFpvDi5rwBCbp9O7"
    "0bmZ6xXLAoGBAKpipw6dTyqb448LlKHItG3qd0PAPYHUtSZ4ML+FP8V7q9EOC//Bhwma/o91pkmtBwN/xiDO9kfRdh"
    "iCVDTLs4MiLFZq3KBERatF/hlof2ozMk9202QNdvRnOWSgOZZbA42oy+rx5+dHuKkfiJMh/mek+bnU8YIimV+wvzQG"
    "cx8F";
inline const std::string kAlipayTheirPublicKey =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsnmCU0PTMOE1ifaoXa/H3AFJd6dFU2cA7v2iPp7EOcJA9h"
    "geoWNcDYHmE1Pmxc2Lu1Sci7hA3PKum2P5sRKvQpxErN2N856+5CN+Eo3N/rbbZpumEyGMrs1daYqK3Uq3AyW9EfJX"
    "xgfbFMG8rT8fjPVGH12sLCGf3S33O05RFyigPlxoLaXxy6SgNASz16ktpG7rSmHqD2yiyXgK8eq4f9+/1YL0oPuInB"
    "VR3Qi2m4QTPwoBrG9gA1zr0hyPqvsOrjkZhDHN22dirLxVQqj2z6HAoNDjU0J28K9//oR8FBDGENrA9hFi43p1YUbt"
    "J9XQijlIufoIOKlh5BbiLComuQIDAQAB";

inline Channel alipay_channel() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"life"};
  channel.platform = "alipay";
  channel.settings.emplace("app_id", "2016022201155812");
  channel.secrets.emplace("app_private_key", Secret(kAlipayAppKey));
  channel.secrets.emplace("alipay_public_key", Secret(kAlipayTheirPublicKey));
  return channel;
}

using AlipayForm = std::map<std::string, std::string>;

inline AlipayForm alipay_form(std::string content, std::string charset = "GBK") {
  return {{"service", "alipay.mobile.public.message.notify"},
          {"charset", std::move(charset)},
          {"sign_type", "RSA2"},
          {"biz_content", std::move(content)}};
}

inline OwnedRequest alipay_posted(const AlipayForm& form) {
  OwnedRequest request;
  request.path = "/webhooks/demo/life";
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=GBK"}};
  std::vector<std::pair<std::string, std::string>> fields(form.begin(), form.end());
  request.body = form_encode(fields);
  return request;
}

inline OwnedRequest alipay_signed(AlipayForm form) {
  const auto key = alipay::pem_of(Secret(kAlipayTheirKey));
  form["sign"] = to_base64(sign_rsa_sha256(key, alipay::signed_text(form)));
  return alipay_posted(form);
}

// A person's push; `extra` is what the type needs.
inline std::string alipay_xml(std::string_view type, std::string_view extra,
                              std::string_view id = "160308464406000001") {
  return "<XML>" + std::string(extra) +
         "<FromAlipayUserId><![CDATA[2088402125991030]]></FromAlipayUserId>"
         "<AppId><![CDATA[2016022201155812]]></AppId><MsgType><![CDATA[" +
         std::string(type) +
         "]]></MsgType><CreateTime><![CDATA[1457426646396]]></CreateTime>"
         "<FromUserId><![CDATA[20880037081313300931049260316403]]></FromUserId><MsgId><![CDATA[" +
         std::string(id) +
         "]]></MsgId><UserInfo><![CDATA[{\"logon_id\":\"516***@qq.com\",\"user_name\":\"*Li\"}]]>"
         "</UserInfo></XML>";
}

inline std::string alipay_text(std::string_view words) {
  return alipay_xml("text",
                    "<Text><Content><![CDATA[" + std::string(words) + "]]></Content></Text>");
}

inline std::string alipay_event(std::string_view type, std::string_view param) {
  return alipay_xml("event",
                    "<EventType><![CDATA[" + std::string(type) +
                        "]]></EventType><ActionParam><![CDATA[" + std::string(param) +
                        "]]></ActionParam>",
                    "");
}

}  // namespace parley::connectors::testing_support
