// SPDX-License-Identifier: GPL-2.0
/* Written by tests/selftest/vectors.py, which says where they are from. Do not edit. */
#include "selftest/selftest.h"

/* ESP packets */
const struct ipsec_vector ipsec_esp_vectors[] = {
	{
		.name = "draft-mcgrew-gcm-test 2, AES-GCM-128",
		.enc = NFIPSEC_ENC_AES_GCM_16,
		.enc_key =
			"feffe9928665731c6d6a8f9467308308cafebabe",
		.spi = 0xa5f8,
		.seq = 0xa,
		.iv =
			"facedbaddecaf888",
		.payload =
			"4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d001000001000000000000037369700963796265726369747902646b0000010001",
		.next_header = 0x1,
		.packet =
			"0000a5f80000000afacedbaddecaf888deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4c309e9d85a41ad4a",
	},
	{
		.name = "draft-mcgrew-gcm-test 3, AES-GCM-256",
		.enc = NFIPSEC_ENC_AES_GCM_16,
		.enc_key =
			"abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344",
		.spi = 0x4a2cbfe3,
		.seq = 0x2,
		.iv =
			"0102030405060708",
		.payload =
			"4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b401010402",
		.next_header = 0x1,
		.packet =
			"4a2cbfe3000000020102030405060708ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96",
	},
	{
		.name = "draft-mcgrew-gcm-test 7, AES-GCM-192",
		.enc = NFIPSEC_ENC_AES_GCM_16,
		.enc_key =
			"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe",
		.spi = 0xa5f8,
		.seq = 0xa,
		.iv =
			"facedbaddecaf888",
		.payload =
			"45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568",
		.next_header = 0x1,
		.packet =
			"0000a5f80000000afacedbaddecaf888a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc7795457b9652037f5318027b5b4cd7a636",
	},
	{
		.name = "draft-mcgrew-gcm-test 12, nothing inside, last sequence number",
		.enc = NFIPSEC_ENC_AES_GCM_16,
		.enc_key =
			"7d773d00c144c525ac619d18c84a3f47d9664267",
		.spi = 0x335467ae,
		.seq = 0xffffffff,
		.iv =
			"43457e9182443bc6",
		.next_header = 0x1,
		.packet =
			"335467aeffffffff43457e9182443bc6437f866bcb3f699fe9b0822bac961c4504bef270",
	},
	{
		.name = "AES-GCM-128, 300 bytes",
		.enc = NFIPSEC_ENC_AES_GCM_16,
		.enc_key =
			"000102030405060708090a0b0c0d0e0ff0f1f2f3",
		.spi = 0x1001,
		.seq = 0x4d,
		.iv =
			"0011223344556677",
		.payload =
			"00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d343b424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4fb020910171e252c333a41484f565d646b727980878e959ca3aab1b8bfc6cdd4dbe2e9f0f7fe050c131a21282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3dae1e8eff6fd040b121920272e353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7eef5fc030a11181f262d",
		.next_header = 0x4,
		.packet =
			"000010010000004d0011223344556677b4fde0d85b97083b973b56c8906bfe8d6eaa622c88e9b129b95c379565ef1964556a58e2ae70b43d9954f550b19eae66a8f869b1392cda3a59b57d14bcebc7affde66f49179648209224b0fb41c0d856a47938c9b7eb51eca9c34c18560f1a0ec5c27cbb4c3adea9dbb2cf20d634bd2f8b304062833d4e713752b2bfa1e25cb8ab85e8ff8eb5c4f2c6b1fdf7de6cce9dfbe2d1979b6516a6431022112def698b26a27985018712f6e6c9afcd6d0015a3bea49fbc9524801352ea4353a52dee297b1ae54cf1c287293c196feb731c49bfd388bfc77472dadaf4182aaeef143504494dd2b9166f28dd08c1052fd9c70fdf07a601bfe6c3f1eb71d28bff1f426703001a2eeab018071d2ccbf827ff10933715e08e7e6be85e64a4908f05fde51be8638f24b1977208cb6f1f55186c1bdbf8e21ba87d9b9b1dd9d776d3cb88582202",
	},
	{
		.name = "draft-mcgrew-gcm-test 7, ICV of 8 bytes",
		.enc = NFIPSEC_ENC_AES_GCM_8,
		.enc_key =
			"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe",
		.spi = 0xa5f8,
		.seq = 0xa,
		.iv =
			"facedbaddecaf888",
		.payload =
			"45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568",
		.next_header = 0x1,
		.packet =
			"0000a5f80000000afacedbaddecaf888a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc7795457b9652037f53",
	},
	{
		.name = "draft-mcgrew-gcm-test 12, ICV of 12 bytes",
		.enc = NFIPSEC_ENC_AES_GCM_12,
		.enc_key =
			"7d773d00c144c525ac619d18c84a3f47d9664267",
		.spi = 0x335467ae,
		.seq = 0xffffffff,
		.iv =
			"43457e9182443bc6",
		.next_header = 0x1,
		.packet =
			"335467aeffffffff43457e9182443bc6437f866bcb3f699fe9b0822bac961c45",
	},
	{
		.name = "RFC 3686 vector 1, AES-CTR-128",
		.enc = NFIPSEC_ENC_AES_CTR,
		.enc_key =
			"ae6852f8121067cc4bf7a5765577f39e00000030",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x5001,
		.seq = 0x1,
		.iv =
			"0000000000000000",
		.payload =
			"53696e676c6520626c6f636b206d7367",
		.next_header = 0x6,
		.packet =
			"00005001000000010000000000000000e4095d4fb7a7b3792d6175a3261311b853ea2fde17c84be04ff03dc84e26db8e6e32f81b",
	},
	{
		.name = "RFC 3686 vector 5, AES-CTR-192",
		.enc = NFIPSEC_ENC_AES_CTR,
		.enc_key =
			"7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a0096b03b",
		.auth = NFIPSEC_AUTH_HMAC_SHA1_96,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f10111213",
		.spi = 0x5002,
		.seq = 0x2,
		.iv =
			"020c6eadc2cb500d",
		.payload =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.next_header = 0x11,
		.packet =
			"0000500200000002020c6eadc2cb500d453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00aab083fbd40eeb89d715261fc7c84278",
	},
	{
		.name = "RFC 3686 vector 9, AES-CTR-256",
		.enc = NFIPSEC_ENC_AES_CTR,
		.enc_key =
			"ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d001cc5b7",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
		.spi = 0x5003,
		.seq = 0xfffffffe,
		.iv =
			"51a51d70a1c11148",
		.payload =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
		.next_header = 0x4,
		.packet =
			"00005003fffffffe51a51d70a1c11148eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8c7bbc8254d0b6fc7adef2d76a469b71e7f740a1e65c8fcde2d3286050e8f1c8d97432150",
	},
	{
		.name = "AES-CCM-128, ICV of 8 bytes",
		.enc = NFIPSEC_ENC_AES_CCM_8,
		.enc_key =
			"c0c1c2c3c4c5c6c7c8c9cacbcccdcecf030201",
		.spi = 0x5011,
		.seq = 0x3,
		.iv =
			"00a0a1a2a3a4a5a6",
		.payload =
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
		.next_header = 0x1,
		.packet =
			"000050110000000300a0a1a2a3a4a5a65226eb2f917a4282f95d6b8c896c0d79a47c1cb4320f1fbf02c4185a0e87e08075cdd585",
	},
	{
		.name = "AES-CCM-192, ICV of 12 bytes",
		.enc = NFIPSEC_ENC_AES_CCM_12,
		.enc_key =
			"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7030201",
		.spi = 0x5012,
		.seq = 0xffffffff,
		.iv =
			"00a0a1a2a3a4a5a7",
		.next_header = 0x3b,
		.packet =
			"00005012ffffffff00a0a1a2a3a4a5a74221bcb56b9f1df5d3632b6df7dcd473",
	},
	{
		.name = "AES-CCM-256, ICV of 16 bytes",
		.enc = NFIPSEC_ENC_AES_CCM_16,
		.enc_key =
			"c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf030201",
		.spi = 0x5013,
		.seq = 0x1,
		.iv =
			"00a0a1a2a3a4a5a8",
		.payload =
			"00050a0f14191e23282d32373c41464b50555a5f64696e73787d82878c91969ba0a5aaafb4b9bec3c8cdd2d7dce1e6ebf0f5faff04090e13181d22272c31363b40454a4f54595e63686d72777c81868b90959a9fa4a9aeb3b8bdc2c7ccd1d6dbe0e5eaeff4f9fe03080d12171c21262b30353a3f44494e53585d62676c71767b80858a8f94999ea3a8adb2b7bcc1c6cbd0d5dadfe4e9eef3f8fd02070c11161b20252a2f34393e43484d52575c61666b70757a7f84898e93989da2a7acb1b6bbc0c5cacfd4d9dee3e8edf2f7fc01060b10151a1f24292e33383d42474c51565b60656a6f74797e83888d92979ca1a6abb0b5babfc4c9ced3d8dde2e7ecf1f6fb00050a0f14191e23282d32373c41464b50555a5f64696e73787d82878c91969ba0a5aaafb4b9bec3c8cdd2d7dce1e6ebf0f5faff04090e13181d22272c31363b40454a4f54595e63686d72777c81868b90959a9fa4a9aeb3b8bdc2c7ccd1d6dbe0e5eaeff4f9fe03080d12171c21262b30353a3f44494e53585d62676c71767b80858a8f94999ea3a8adb2b7bcc1c6cbd0d5dadfe4e9eef3f8fd02070c11161b20252a2f34393e43484d52575c61666b70757a7f84898e93989da2a7acb1b6bbc0c5cacfd4d9dee3e8edf2f7fc01060b10151a1f24292e33383d42474c51565b60656a6f74797e83888d92979ca1a6abb0b5babfc4c9ced3d8dde2e7ecf1f6fb00050a0f14191e23282d32373c41464b50555a5f64696e73787d82878c91969ba0a5aaafb4b9bec3c8cdd2d7dce1e6ebf0f5faff04090e13181d22272c31363b40454a4f54595e63686d72777c81868b90959a9fa4a9aeb3b8bdc2c7ccd1d6dbe0e5eaeff4f9fe03080d12171c21262b30353a3f44494e53585d62676c71767b80858a8f94999ea3a8adb2b7bcc1c6cbd0d5dadfe4e9eef3f8fd02070c11161b20252a2f34393e43484d52575c61666b70757a7f84898e93989da2a7acb1b6bbc0c5cacfd4d9dee3e8edf2f7fc01060b10151a1f24292e33383d42474c51565b60656a6f74797e83888d92979ca1a6abb0b5babfc4c9ced3d8dde2e7ecf1f6fb00050a0f14191e23282d32373c41464b50555a5f64696e73787d82878c91969ba0a5aaafb4b9bec3c8cdd2d7dce1e6ebf0f5faff04090e13181d22272c31363b40454a4f54595e63686d72777c81868b90959a9fa4a9aeb3b8bdc2c7ccd1d6dbe0e5eaeff4f9fe03080d12171c21262b30353a3f44494e53585d62676c71767b80858a8f94999ea3a8adb2b7bcc1c6cbd0d5dadfe4e9eef3f8fd02070c11161b20252a2f34393e43484d52575c61666b70757a7f84898e93989da2a7acb1b6bbc0c5cacfd4d9dee3e8edf2f7fc01060b10151a1f24292e33383d42474c51565b60656a6f74797e83",
		.next_header = 0x4,
		.packet =
			"000050130000000100a0a1a2a3a4a5a861235eccde28f15b8d7e3a656ed1b2e64f472d1968867c0465c4d1250107f4eadbb2fce695bca8fccda8af72c18f1bc99e4f7fea611d3be8ed2dd8e996e0b39917e716fcac38914d18aa77ea5ad6327d55caeed3d3de68afa0b419064d8903a9647633c8b250dd88841711f9641607671dab62b918f8e5baddce623c23f1adc970b765ae690ffe5dedb6c592bf0290edd106e5f4f657d40adf55e571bb52ddc40a64853839f696e689c205d2d9301c3e3b8de532d5e778b5647accd77bbc6bc7f8c43b2c86702b7863998e2bb02e678e50bf47053a56f4b7830ea01e5f419fceaeafb0a4bae23ea2d7580d3232e7b9d5c840fec7d561f40c91c5bc4141758b63c0c27d142d8f601dbaece33298cd66709f3add60691b27ddb4422341b1067fe284d22a771dcccf21883807f5a7dd3a71fae2daff187624d0add3d7a06dbeab3e1d7590044f422e848bacb58b69eaceac6065d549f1619199e993d367a5ced765f1f2a893c8e9ef00a0ee839082f68656c650ccdbdc8157014cc4113035d49930381e78fdd8409f58cf0799c7f01bee9480b4b8c477f8c1049cfcbec66b1d9a7972256f6e1b7404dabe4421fd983a09289082219ab1f68d66f126ed29902c52f1c1eb15dc6a9d49d51f2f2672ad79c2db1f6c9da29390a31aa2014884b9bd8fef7501698fce14cf2ab6b52b2cf99be7a45b9c5c5f7be173c76ab9fa72b9c84131202e38cd82315ae5d2b8fc4c4c72f3061be3f80caea6b337dc398792bc082a59d63931273c4df780519d7011025e7c7b47347af95749846e63489f3b83f635e945096536678a1f3e57fafca8e256e1b051825c8f226d994122f1381a7e191d2199aa2bfd4757073bebad324567cd61fe9dc90e1c162615e3271b0c60ad7ee5c007f30800b2eeaa3585eb39391d263d5ef573c6d647a568e398470ba9eb394e3dc2571484bc3718eef50eb160f50f577ccd13e33db0f28ff1a588332f01b817e6f082c7fe94e04a8a001ad7bdebe4dd5ef85a482849c32f06f985303d877ca8bfc5fc82d7f4c6509e44a18596b09c73b9edb06a6b91d99b4fd387f171fcf5d1d553e3f4332282af0fc9d45b4ca35c59fa8ae55c5f433836963e653a01de39de4acaae95a9feb8d21331c2923ed756be44aeef3cabcc26c104252f2ca95e952c2e572463209d5b17965cb020f9753faae95be731cee2801a750f746db48507f9ac06b29cf1f2886c89a3d8738a3c4a4b7df9e8427acdd03f2ee78c0b33e0a88943827d9a850dc56894c9798b45fd1fb01c70fcf8cc74a244ded1c110bdcfe4d68c7d4cf7741681c4ce47e6c496d4bbee57fa0f3de14e9cc9aec910076871f8c0793140e343d373246da1b6131c844ae5c42aa9accd223f14516b1886bec44ca8e5eb756cda30de3aa632a7903a10a5a68b6ffbfa4236505c2beb2bb7e9",
	},
	{
		.name = "draft-mcgrew-gcm-test, AES-GMAC-128",
		.enc = NFIPSEC_ENC_NULL_AUTH_AES_GMAC,
		.enc_key =
			"4c80cdefbb5d10da906ac73c3613a63422433c64",
		.spi = 0x4321,
		.seq = 0x7,
		.iv =
			"0000000000000000",
		.payload =
			"45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727374",
		.next_header = 0x1,
		.packet =
			"0000432100000007000000000000000045000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f707172737401020201f2a9a836e155106aa8dcd618e4099aaa",
	},
	{
		.name = "AES-GMAC-256, nothing inside",
		.enc = NFIPSEC_ENC_NULL_AUTH_AES_GMAC,
		.enc_key =
			"abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344",
		.spi = 0x5021,
		.seq = 0x80000001,
		.iv =
			"0102030405060708",
		.next_header = 0x3b,
		.packet =
			"000050218000000101020304050607080102023b8d5e96c9e150507141dc010f47ad76fe",
	},
	{
		.name = "AES-GMAC-192, an odd length",
		.enc = NFIPSEC_ENC_NULL_AUTH_AES_GMAC,
		.enc_key =
			"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe",
		.spi = 0x5022,
		.seq = 0x5,
		.iv =
			"facedbaddecaf888",
		.payload =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa",
		.next_header = 0x11,
		.packet =
			"0000502200000005facedbaddecaf888000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fa0102030311c30b7022fbc6c466dbb26da83c22fb85",
	},
	{
		.name = "RFC 7634 appendix A",
		.enc = NFIPSEC_ENC_CHACHA20_POLY1305,
		.enc_key =
			"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3",
		.spi = 0x1020304,
		.seq = 0x5,
		.iv =
			"1011121314151617",
		.payload =
			"45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x4,
		.packet =
			"0102030400000005101112131415161724039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e076aaa8266b7fb0f7b11b369907e1ad43",
	},
	{
		.name = "RFC 3602 case 5, transport mode",
		.enc = NFIPSEC_ENC_AES_CBC,
		.enc_key =
			"90d382b410eeba7ad938c46cec1a82bf",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x4321,
		.seq = 0x1,
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874aa269add047ad2d5913ac19b7cfbad4a629dcb883222069e2a5465186d6e51f05",
	},
	{
		.name = "RFC 3602 case 7, tunnel mode",
		.enc = NFIPSEC_ENC_AES_CBC,
		.enc_key =
			"0123456789abcdef0123456789abcdef",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x8765,
		.seq = 0x2,
		.payload =
			"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x4,
		.packet =
			"0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d771b0a4d2be28767cb0b5c901fcc563e",
	},
	{
		.name = "AES-CBC-192 with HMAC-SHA1-96",
		.enc = NFIPSEC_ENC_AES_CBC,
		.enc_key =
			"000102030405060708090a0b0c0d0e0f1011121314151617",
		.auth = NFIPSEC_AUTH_HMAC_SHA1_96,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f10111213",
		.spi = 0x1002,
		.seq = 0x2,
		.payload =
			"08000ebda70a00008e9c083db9",
		.next_header = 0x11,
		.packet =
			"0000100200000002f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe1438c28884c956217809dda878da2765aa644f20e2b1d58d7377a11",
	},
	{
		.name = "AES-CBC-256 with HMAC-SHA2-384-192",
		.enc = NFIPSEC_ENC_AES_CBC,
		.enc_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		.spi = 0x1003,
		.seq = 0x3,
		.payload =
			"08000ebda70a00008e9c083db95b",
		.next_header = 0x6,
		.packet =
			"00001003000000030f0e0d0c0b0a090807060504030201000d1e465aa688246b6a4f2c9acfa36527740f155e384b48aac0c019a1d0324de85c17c4176f305045",
	},
	{
		.name = "AES-CBC-128 with HMAC-SHA2-512-256",
		.enc = NFIPSEC_ENC_AES_CBC,
		.enc_key =
			"ffeeddccbbaa99887766554433221100",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
		.spi = 0x1004,
		.seq = 0x80000000,
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363708000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x4,
		.packet =
			"0000100480000000000000000000000000000000000000010a6f11d8a287b92f677d670913344f6574fc3ea61d05dbeb2d190639acfbe890d499f281a3286965d2905e7fddb15f969c9eaa848f873fae3b3819950b4bd626c9d2bca51103ccb606e1a9675d3c8cb2d7c555f373e0c16764becfeb06e2c0a58af88c34011f6368eb2b531b5d6d9fe8df66c3e3934cb4f8de620727862eaf586a046118d5c8d5084edb5e8d4127de1999edff29b3d5fcf2a8846898e9b52bc141803ad705aab6e21f9ec8a9de4bab1a",
	},
	{
		.name = "NULL with HMAC_SHA1_96",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA1_96,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f10111213",
		.spi = 0x2000,
		.seq = 0x1,
		.payload =
			"08000ebda70a0000",
		.next_header = 0x1,
		.packet =
			"000020000000000108000ebda70a00000102020179fdd8c47da4af9e977b3bc3",
	},
	{
		.name = "NULL with HMAC_SHA2_256_128",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x2001,
		.seq = 0x2,
		.payload =
			"08000ebda70a00008e9c08",
		.next_header = 0x1,
		.packet =
			"000020010000000208000ebda70a00008e9c0801020303016d9366afd2abe6a1a7194dacf21b36fc",
	},
	{
		.name = "NULL with HMAC_SHA2_384_192",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		.spi = 0x2002,
		.seq = 0x3,
		.payload =
			"08000ebda70a00008e9c083db95b",
		.next_header = 0x1,
		.packet =
			"000020020000000308000ebda70a00008e9c083db95b0001cb5d69ade332b779bdc937e1712e3ac7a7a41270aab1bff1",
	},
	{
		.name = "NULL with HMAC_SHA2_512_256",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
		.spi = 0x2003,
		.seq = 0x4,
		.payload =
			"08000ebda70a00008e9c083db95b070008",
		.next_header = 0x1,
		.packet =
			"000020030000000408000ebda70a00008e9c083db95b070008010101b8c99a6f01a1fa0c20dbde8a41a5e5bf373137d489c1e274681e2fa329b08a96",
	},
	{ }
};

/* authentic ESP packets whose padding is wrong */
const struct ipsec_vector ipsec_padding_vectors[] = {
	{
		.name = "begins with 0",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a00010203044b13b1dbab5fbbde5d1d7fac965ef952",
	},
	{
		.name = "zeroes",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a0000000304d72f3cbf7534c1af81705650085fee68",
	},
	{
		.name = "a wrong byte in the middle",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a01030303046df2947abf46d77a7173f1b8d28f05d6",
	},
	{
		.name = "a wrong last byte",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a01020403049ec4c37d24b215542316be75598d17dd",
	},
	{
		.name = "is longer than the packet",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a010203ff04239f599405f3686d140536583ec3fd64",
	},
	{
		.name = "is longer than the packet by one byte",
		.enc = NFIPSEC_ENC_NULL,
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x3000,
		.seq = 0x1,
		.packet =
			"0000300000000001000102030405060708090a0102030f04935b02117fb0ba7b8ebf9b64d37f4be2",
	},
	{ }
};

/* AH packets */
const struct ipsec_vector ipsec_ah_vectors[] = {
	{
		.name = "HMAC_SHA1_96",
		.auth = NFIPSEC_AUTH_HMAC_SHA1_96,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f10111213",
		.spi = 0x4000,
		.seq = 0x1,
		.ip =
			"4500006c123440004033a427c0000201c0000202",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"010400000000400000000001b7379212dfb53b0b0c65969308000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{
		.name = "HMAC_SHA2_256_128",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x4001,
		.seq = 0x2,
		.ip =
			"45000070123440004033a423c0000201c0000202",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"010500000000400100000002de9a09789d04d70f432b2e48d81f99f508000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{
		.name = "HMAC_SHA2_384_192",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		.spi = 0x4002,
		.seq = 0x3,
		.ip =
			"45000078123440004033a41bc0000201c0000202",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"010700000000400200000003a10792498a37c166fb3d758167acd68a8b7aa0e9fd1d920508000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{
		.name = "HMAC_SHA2_512_256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
		.spi = 0x4003,
		.seq = 0x4,
		.ip =
			"45000080123440004033a413c0000201c0000202",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"010900000000400300000004b410772f308a04be5b944995ca9d782ca0fb65dec8c2103c9c52878c124d279408000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{
		.name = "mutable fields",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x4010,
		.seq = 0x9,
		.ip =
			"45ff0035123480000133a25fc0000201c0000202",
		.payload =
			"08000ebda7",
		.next_header = 0x11,
		.packet =
			"110500000000401000000009ae1790ef21a6022f99993e5c05b1c74e08000ebda7",
	},
	{
		.name = "nothing inside",
		.auth = NFIPSEC_AUTH_HMAC_SHA1_96,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f10111213",
		.spi = 0x4011,
		.seq = 0xffffffff,
		.ip =
			"4500002c123440004033a467c0000201c0000202",
		.next_header = 0x3b,
		.packet =
			"3b04000000004011ffffffff2524d1f5e648cdb59f7e3ace",
	},
	{
		.name = "router alert, immutable",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x4012,
		.seq = 0x3,
		.ip =
			"460000741234400040330f1bc0000201c000020294040000",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"01050000000040120000000384828937fa4c41a12d105a1f0ce18fa708000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{
		.name = "record route, mutable, between others",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		.spi = 0x4013,
		.seq = 0x4,
		.ip =
			"49000080123440004033fdfbc0000201c000020201070704010203049404000001010101",
		.payload =
			"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		.next_header = 0x1,
		.packet =
			"010500000000401300000004bf30bacdb215560d2676bf59577d471308000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
	},
	{ }
};

/* digests, not truncated */
const struct ipsec_vector ipsec_digest_vectors[] = {
	{
		.name = "RFC 4231 case 1, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		.payload =
			"4869205468657265",
		.packet =
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
	},
	{
		.name = "RFC 4231 case 1, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		.payload =
			"4869205468657265",
		.packet =
			"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
	},
	{
		.name = "RFC 4231 case 1, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		.payload =
			"4869205468657265",
		.packet =
			"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
	},
	{
		.name = "RFC 4231 case 2, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"4a656665",
		.payload =
			"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		.packet =
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	},
	{
		.name = "RFC 4231 case 2, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"4a656665",
		.payload =
			"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		.packet =
			"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
	},
	{
		.name = "RFC 4231 case 2, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"4a656665",
		.payload =
			"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		.packet =
			"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	},
	{
		.name = "RFC 4231 case 3, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		.packet =
			"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	},
	{
		.name = "RFC 4231 case 3, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		.packet =
			"88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
	},
	{
		.name = "RFC 4231 case 3, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
		.packet =
			"fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
	},
	{
		.name = "RFC 4231 case 4, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"0102030405060708090a0b0c0d0e0f10111213141516171819",
		.payload =
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		.packet =
			"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
	},
	{
		.name = "RFC 4231 case 4, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"0102030405060708090a0b0c0d0e0f10111213141516171819",
		.payload =
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		.packet =
			"3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
	},
	{
		.name = "RFC 4231 case 4, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"0102030405060708090a0b0c0d0e0f10111213141516171819",
		.payload =
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		.packet =
			"b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
	},
	{
		.name = "RFC 4231 case 6, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		.packet =
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
	},
	{
		.name = "RFC 4231 case 6, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		.packet =
			"4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
	},
	{
		.name = "RFC 4231 case 6, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
		.packet =
			"80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
	},
	{
		.name = "RFC 4231 case 7, HMAC-SHA2-256",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_256_128,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
		.packet =
			"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
	},
	{
		.name = "RFC 4231 case 7, HMAC-SHA2-384",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_384_192,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
		.packet =
			"6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
	},
	{
		.name = "RFC 4231 case 7, HMAC-SHA2-512",
		.auth = NFIPSEC_AUTH_HMAC_SHA2_512_256,
		.auth_key =
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		.payload =
			"5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
		.packet =
			"e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
	},
	{ }
};
