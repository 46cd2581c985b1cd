// What supervision relies on at a switch, on a real FreeSWITCH. `test/contract` runs the same assertions on
// the simulator.
import { supervisionContract } from '../contract/supervision-contract.ts'
import { RealPeer } from '../support/real-peer.ts'

supervisionContract('FreeSWITCH', RealPeer.start)
